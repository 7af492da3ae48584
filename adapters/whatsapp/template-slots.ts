import type { Json, Template } from '../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'

/** Where one value of a template goes; `name` is the platform's own for it, where values have names. */
export type Slot =
  | { readonly in: 'header' | 'body'; readonly name?: string }
  | { readonly in: 'header'; readonly medium: Medium }
  | { readonly in: 'button'; readonly index: number; readonly as: 'url' | 'copy_code' }
type Medium = 'image' | 'video' | 'document'

type Told = { readonly [key: string]: unknown }
/** The words of a template with `{{1}}`, `{{2}}` … through all of its parts, and what each of them is. */
export type Layout = { readonly text: string; readonly slots: readonly Slot[] }

const media: { readonly [format: string]: Medium } = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'document' }
const seen: { readonly [medium in Medium]: string } = { image: 'Picture', video: 'Video', document: 'Document' }

/** Undefined where a template wants what nobody can fill in by hand: a one-time code, a catalogue, a form, a place. */
export function layoutOf(components: unknown, isNamed: boolean): Layout | undefined {
  const slots: Slot[] = []
  const lines: string[] = []
  const parts = listIn(components).map(objectIn)
  for (const type of ['HEADER', 'BODY', 'FOOTER', 'BUTTONS'])
    for (const part of parts.filter((one) => one.type === type)) {
      const words = wordsOf(part, slots, isNamed)
      if (words === undefined) return undefined
      lines.push(...words)
    }
  const isKnown = parts.every(({ type }) => type === 'HEADER' || type === 'BODY' || type === 'FOOTER' || type === 'BUTTONS')
  return isKnown ? { text: lines.join('\n\n'), slots } : undefined
}

/** What a person reads of one part; the values in it are added to `slots`. */
function wordsOf(part: Told, slots: Slot[], isNamed: boolean): readonly string[] | undefined {
  switch (part.type) {
    case 'HEADER': {
      const medium = media[String(part.format)]
      if (medium) return [`[${seen[medium]}: {{${slots.push({ in: 'header', medium })}}}]`]
      return part.format === 'TEXT' ? filled(textIn(part.text) ?? '', 'header', slots, isNamed) : undefined
    }
    case 'BODY':
      return filled(textIn(part.text) ?? '', 'body', slots, isNamed)
    case 'FOOTER':
      return [textIn(part.text) ?? '']
    default:
      return buttons(part, slots)
  }
}

const mark = /\{\{\s*(\w{1,100})\s*\}\}/g

/** Numbers begin anew in each part, and one may stand there twice. */
function filled(text: string, where: 'header' | 'body', slots: Slot[], isNamed: boolean): readonly string[] | undefined {
  const names = [...new Set([...text.matchAll(mark)].map(([, name]) => name!))]
  if (!isNamed) names.sort((one, other) => Number(one) - Number(other))
  if (!isNamed && names.some((name, index) => Number(name) !== index + 1)) return undefined
  const places = new Map(names.map((name) => [name, slots.push({ in: where, ...(isNamed ? { name } : {}) })]))
  return [text.replace(mark, (_, name: string) => `{{${places.get(name)}}}`)]
}

function buttons(part: Told, slots: Slot[]): readonly string[] | undefined {
  const lines: string[] = []
  for (const [index, button] of listIn(part.buttons).map(objectIn).entries()) {
    switch (button.type) {
      case 'QUICK_REPLY':
      case 'PHONE_NUMBER':
        break
      case 'URL': {
        const url = textIn(button.url) ?? ''
        // "One variable, at the end of the address."
        if (url.includes('{{'))
          lines.push(`[${textIn(button.text)}: ${url.replace(mark, `{{${slots.push({ in: 'button', index, as: 'url' })}}}`)}]`)
        break
      }
      case 'COPY_CODE':
        lines.push(`[Copy code: {{${slots.push({ in: 'button', index, as: 'copy_code' })}}}]`)
        break
      default:
        return undefined
    }
  }
  return lines
}

/** A value may hold no line break, no tab and no run of blanks. */
const clean = (value: string): string => value.replace(/\s+/g, ' ').trim() || '–'

/** The components of a call: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates. Without slots all values are the body's. */
export function componentsOf(values: readonly string[], slots: readonly Slot[] | undefined): readonly Json[] {
  const placed = values.map((value, index) => ({ value: clean(value), slot: slots?.[index] ?? ({ in: 'body' } satisfies Slot) }))
  const parts = (['header', 'body'] as const).flatMap((type): readonly Json[] => {
    const parameters = placed.flatMap(({ value, slot }) => (slot.in === type ? [parameterOf(value, slot)] : []))
    return parameters.length > 0 ? [{ type, parameters }] : []
  })
  const pressed = placed.flatMap(({ value, slot }): readonly Json[] => (slot.in === 'button' ? [buttonOf(value, slot)] : []))
  return [...parts, ...pressed]
}

function parameterOf(value: string, slot: Exclude<Slot, { in: 'button' }>): Json {
  if ('medium' in slot) return { type: slot.medium, [slot.medium]: { link: value } }
  return { type: 'text', ...(slot.name === undefined ? {} : { parameter_name: slot.name }), text: value }
}

const buttonOf = (value: string, { index, as }: Extract<Slot, { in: 'button' }>): Json => ({
  type: 'button',
  sub_type: as,
  index: String(index),
  parameters: [as === 'url' ? { type: 'text', text: value } : { type: 'coupon_code', coupon_code: value }],
})

/** What `Template.layout` says; the note is ours, and came back as it was. */
export const slotsIn = ({ layout }: Template): readonly Slot[] | undefined =>
  Array.isArray(layout) ? (layout as unknown as readonly Slot[]) : undefined
