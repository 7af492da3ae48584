import type { Json } from '../../src/channel/index.ts'

/** A part of an adaptive card; https://adaptivecards.io/explorer */
export type Element = { readonly [key: string]: Json }

/** As typed: a text block would read marks out of it, a run of text does not. A line each. */
export const words = (text: string, style: { readonly [key: string]: Json } = {}): readonly Element[] => {
  let gap = true
  return text.split('\n').flatMap((line): readonly Element[] => {
    if (line.trim() === '') {
      gap = true
      return []
    }
    const spacing = gap ? {} : { spacing: 'None' }
    gap = false
    return [{ type: 'RichTextBlock', ...spacing, inlines: [{ type: 'TextRun', text: line, ...style }] }]
  })
}
/** The title of a card. */
export const heading = (title: string) => words(title, { weight: 'Bolder', size: 'Medium' })
