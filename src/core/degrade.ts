import type { Card, Content, FileRef, Media, Text } from '../channel/index.ts'
import { parseMarkdown, toPlainText } from '../channel/kit/markdown.ts'
import { carriesChoices, degradeChoices } from './degrade-choices.ts'
import { carriesForm } from './degrade-form.ts'
import { degradeMedia, takesFile } from './degrade-media.ts'
import { type Carries, inPieces, limitOf } from './degrade-text.ts'
import { contactAsText, placeAsText, unreadableAsText } from './degrade-words.ts'
import { fits, splitMarkdown } from './split.ts'

export type { Carries } from './degrade-text.ts'

/**
 * Says the same with what the channel has: long text in pieces, choices as a numbered list, a card as picture, text and choices, a
 * file that is too large as its name and a link. Total: nothing is an error and nothing that can be read is lost (text of nothing but
 * blanks is no message). What the channel carries anyway comes back as the same object. `link` is asked only for files without a
 * public address; where it answers `''`, the name has to do.
 */
export function degrade(content: Content, can: Carries, link: (file: FileRef) => string): readonly Content[] {
  const sound = wellFormed(content)
  const url = (file: FileRef) => ('url' in file ? file.url : link(file))
  switch (sound.type) {
    case 'text':
      return degradeText(sound, can)
    case 'media':
      return degradeMedia(sound, can, url)
    case 'choices':
      return degradeChoices(sound, can)
    case 'card':
      return degradeCard(sound, can, url)
    case 'form':
      return carriesForm(sound, can) ? [sound] : sound.otherwise.flatMap((one) => degrade(one, can, link))
    case 'place':
      return can.place ? [sound] : inPieces(placeAsText(sound), can)
    case 'contact':
      return can.contact ? [sound] : inPieces(contactAsText(sound), can)
    case 'template':
      return can.template ? [sound] : inPieces(sound.text.trim() === '' ? sound.values.join(', ') : sound.text, can)
    case 'unreadable':
      return inPieces(unreadableAsText(sound), can)
  }
}

function degradeText(content: Text, can: Carries): readonly Text[] {
  if (content.text.trim() === '') return []
  const limit = limitOf(can.text.maxLength, can)
  if (content.format !== 'markdown') return fits(content.text, limit) ? [content] : inPieces(content.text, can)
  if (!can.text.markdown) return inPieces(toPlainText(parseMarkdown(content.text)), can)
  if (fits(content.text, limit)) return [content]
  return splitMarkdown(content.text, limit).map((piece): Text => ({ type: 'text', ...piece }))
}

function degradeCard(card: Card, can: Carries, url: (file: FileRef) => string): readonly Content[] {
  if (carriesCard(card, can)) return [card]
  const picture: readonly Media[] = card.image ? [{ type: 'media', kind: 'image', file: card.image }] : []
  const link = card.link && (card.link.label === card.link.url ? card.link.url : `${card.link.label}: ${card.link.url}`)
  const text = [card.title, card.text, link].filter((part) => part !== undefined && part.trim() !== '').join('\n\n')
  return [
    ...picture.flatMap((media) => degradeMedia(media, can, url)),
    ...(card.choices?.length ? degradeChoices({ type: 'choices', text, choices: card.choices }, can) : inPieces(text, can)),
  ]
}

function carriesCard({ title, text = '', image, link, choices = [] }: Card, can: Carries): boolean {
  if (!can.card || title.trim() === '') return false
  return (
    fits(title, limitOf(can.card.maxTitle, can)) &&
    fits(text, limitOf(can.card.maxText, can)) &&
    (!image || (can.card.image && can.media.image !== false && takesFile(image, can.media.image))) &&
    (!link || can.card.link) &&
    choices.length <= can.card.maxChoices &&
    carriesChoices(choices, can, can.card.maxChoices)
  )
}

/** Half a character (a lone surrogate) breaks a platform's JSON: it becomes U+FFFD. */
function wellFormed<Value>(value: Value): Value {
  if (typeof value === 'string') return (value.isWellFormed() ? value : value.toWellFormed()) as Value
  if (typeof value !== 'object' || value === null) return value
  let changed = false
  const entries = Object.entries(value).map(([key, before]): [string, unknown] => {
    const after: unknown = wellFormed(before)
    changed ||= after !== before
    return [key, after]
  })
  if (!changed) return value
  return (Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries)) as Value
}
