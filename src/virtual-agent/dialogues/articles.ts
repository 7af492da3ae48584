import type { Choice } from '../../channel/index.ts'
import { articleValue, intentValue, VALUES } from '../commands.ts'
import type { Found } from '../knowledge/search.ts'
import { type Notes, shorten, showed } from '../notes.ts'
import type { Article } from '../ports.ts'
import { cannot, confirm, suggest } from './misunderstanding.ts'
import { QUOTED } from './openings.ts'
import { TROUBLE } from './request-need.ts'
import { choices, NONE_HELPED, NOT_NOW, offerTechnician, plain, type Step, TECHNICIAN, text, unmarked } from './step.ts'

/** Titles beside a quotation, and where nothing is quoted. */
export const RUNNERS_UP = 2
export const SUGGESTIONS = 3

/** Quotes the best passage with its article's title and offers to open it; the runners-up are choices. `further` stands before "none of these". */
export const quote = (notes: Notes, found: Found, further: readonly Choice[], opening = QUOTED): Step => {
  const [best, ...others] = found.hits
  if (best === undefined) return cannot(notes)
  const step = plain(
    showed(notes, [best]),
    `article:${best.id}`,
    text(`${opening}\n\n${found.written === undefined ? `**${unmarked(best.title)}**\n${found.quote}` : written(found.written)}`),
    choices('Shall I open the article?', [
      { value: articleValue(best.id), label: 'Open the article' },
      ...others.slice(0, RUNNERS_UP).map(({ id, title }) => ({ value: articleValue(id), label: title })),
      ...further,
      NONE_HELPED,
    ]),
  )
  return { ...step, notes: { ...step.notes, question: { yes: articleValue(best.id), no: VALUES.noneHelped } } }
}

/** Words of a model are text as it is: no mark in them means anything. Below stand the articles they rest on. */
const written = ({ text: words, from }: NonNullable<Found['written']>): string =>
  `${unmarked(words)}\n\n${from.length === 1 ? 'From the article' : 'From the articles'} ${from.map((title) => `**${unmarked(title)}**`).join(', ')}`

/** Sure: a quote. Perhaps: up to three titles. Nothing: "I don't know". */
export const answerFrom = (
  notes: Notes,
  found: Found,
  about: { readonly near: Choice | null; readonly foreign: boolean; readonly wanted: Choice | null },
): Step => {
  const { wanted, foreign } = about
  const near = wanted ?? about.near
  if (found.sure) {
    const request = near === null || !near.value.startsWith('intent:') ? [wanted ?? requestAbout(notes)] : []
    return quote(notes, found, [...request, ...(about.near === null ? [] : [about.near])])
  }
  if (foreign && wanted === null) return cannot(notes)
  if (found.hits.length === 0) return near === null ? cannot(notes) : confirm(notes, near)
  return suggest(notes, found.hits.slice(0, SUGGESTIONS), near)
}

const QUESTION = /\?\s*$|^(?:how|what|where|when|why|who|which|is|are|can|does|do)\b/iu
/** A request with what the person wrote: a trouble or a question as an incident, a wish as what it names. */
const requestAbout = ({ about }: Notes): Choice => ({
  value: intentValue(about !== null && (TROUBLE.test(about) || QUESTION.test(about.trim())) ? 'report_incident' : 'create_request'),
  label: 'Create Request',
})

/** Headings become bold lines, because a chat knows no headings. */
const forChat = (markdown: string): string =>
  markdown.replace(/^#{1,6}\s+(.+?)\s*#*$/gm, (_, heading: string) => `**${heading.replaceAll('**', '')}**`)

/** An article with more characters is begun in the chat and read to its end on its page: more than three messages of any channel would be too many. */
export const LONGEST_IN_CHAT = 3_500
const BEGINNING = 2_000

/** The blocks from the start that fit, and the number of the heading to read on from (0: the top); where the first blocks are huge, it is cut at a word. */
const beginningOf = (body: string): { readonly text: string; readonly part: number } => {
  const blocks = body.split(/\n{2,}/)
  const isHeading = (block: string | undefined): boolean => /^#{1,6}\s[^\n]*$/.test(block?.trim() ?? '')
  let taken = 0
  let length = 0
  let fenced = false
  while (taken < blocks.length && (fenced || length + blocks[taken]!.length <= BEGINNING)) {
    const block = blocks[taken]!
    length += block.length + 2
    taken += 1
    if ((block.match(/^ {0,3}(?:```|~~~)/gm) ?? []).length % 2 === 1) fenced = !fenced
  }
  while (taken > 0 && isHeading(blocks[taken - 1])) taken -= 1
  if (taken === 0 || length > 2 * BEGINNING) return { text: shorten(body, BEGINNING), part: 0 }
  const text = blocks.slice(0, taken).join('\n\n')
  const headings = text.match(/^#{1,6}\s/gm)?.length ?? 0
  return { text, part: isHeading(blocks[taken]) ? headings + 1 : headings }
}

/** The article as a chat shows it; where it is too long, its beginning and the way to the rest. */
const inChat = ({ body, link }: Article): string => {
  if (body.length <= LONGEST_IN_CHAT || link === undefined) return forChat(body)
  const { text: beginning, part } = beginningOf(body)
  return `${forChat(beginning)}\n\n[Read the rest of this article](${link}${part === 0 ? '' : `#part-${part}`})`
}

/** The article inside the chat, and the question whether it helped. */
export const open = (notes: Notes, article: Article | null): Step => {
  if (article === null) {
    const step = plain(
      notes,
      'article-gone',
      choices("I can't find that article any more. Shall I get a technician instead?", [TECHNICIAN, NOT_NOW]),
    )
    return { ...step, notes: offerTechnician(step.notes) }
  }
  const step = plain(
    showed(notes, [article]),
    `opened:${article.id}`,
    text(`**${unmarked(article.title)}**\n\n${inChat(article)}`),
    choices('Did this help?', [
      { value: VALUES.helped, label: 'Yes, it did' },
      { value: VALUES.noneHelped, label: 'No' },
      requestAbout(notes),
      TECHNICIAN,
    ]),
  )
  return { ...step, notes: { ...step.notes, question: { yes: VALUES.helped, no: VALUES.noneHelped } } }
}

export const helped = (notes: Notes): Step => plain(notes, 'helped', text('Great, glad to hear it! Anything else?'))

export const noneHelped = (notes: Notes): Step => {
  const step = plain(
    notes,
    'none-helped',
    choices("I'm sorry that didn't help. Shall I get a technician? They will see what you have tried.", [
      TECHNICIAN,
      requestAbout(notes),
      NOT_NOW,
    ]),
  )
  return { ...step, notes: offerTechnician(step.notes) }
}
