import { z } from 'zod'
import { borneOut, contradicts, meaningOf, negates, plain } from './facts.ts'
import { givesOrders, type SentPassage } from './passages.ts'

/** A sentence that stood every check; `articles` are the ids of those it rests on. */
export type Grounded = { readonly text: string; readonly articles: readonly string[] }

const MOST_SENTENCES = 5
const LONGEST_SENTENCE = 320
const SHORTEST_QUOTE = 12
/** A sentence's words that say something all stand in the passages it cites, and so many of them in the sentence that it quotes. */
const QUOTED_FROM = 0.5

const written = z.object({ text: z.string(), cites: z.array(z.string()).max(20), quote: z.string() })
const answer = z.object({ answerable: z.boolean(), sentences: z.array(written).max(50) })
export type Answered = z.output<typeof answer>

/** What the model is asked to write. */
export const ANSWER_SCHEMA = {
  name: 'grounded_answer',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['answerable', 'sentences'],
    properties: {
      answerable: { type: 'boolean' },
      sentences: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['text', 'cites', 'quote'],
          properties: { text: { type: 'string' }, cites: { type: 'array', items: { type: 'string' } }, quote: { type: 'string' } },
        },
      },
    },
  },
} as const

const parsed = <T>(schema: z.ZodType<T>, json: string): T | null => {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}

/** The JSON of an answer, also where words or a fence stand around it; null where there is none of the right form. */
export const readAnswer = (text: string): Answered | null => {
  const from = text.indexOf('{')
  const to = text.lastIndexOf('}')
  return from < 0 || to < from ? null : parsed(answer, text.slice(from, to + 1))
}
/** The same for one of its sentences, alone. */
export const sentenceOf = (json: string): Answered['sentences'][number] | null => parsed(written, json)

const flat = (text: string): string =>
  plain(text.replaceAll('\0', ' '))
    .replace(/[“”„]/g, '"')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()

/** HTML, links and pictures of Markdown, code fences, control and direction characters: an answer needs none, and none is shown. */
const MARKUP =
  /<[^>]*>|<\/?[a-z!]|\]\s*\(|!\[|\]\s*\[|```|&(?:#\d+|#x[\da-f]+|\w+);|javascript:|data:|[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/iu

const CAPITALS = /(?<![\p{L}\p{N}])\p{Lu}[\p{Lu}\p{N}]+(?![\p{L}\p{N}])/gu
const share = (words: readonly string[], among: ReadonlySet<string>): number =>
  words.length === 0 ? 0 : words.filter((word) => among.has(word)).length / words.length

/** The whole sentences around a quotation, so that a "never" before it is not left out; null where it stands nowhere. */
const around = (quote: string, text: string): string | null => {
  const lines = text.split('\n').map(flat).join('\n')
  const from = lines.replaceAll('\n', ' ').indexOf(quote)
  if (from < 0) return null
  const before = [...lines.slice(0, from).matchAll(/[.!?](?=\s)|\n/g)].at(-1)
  const start = before === undefined ? 0 : before.index + 1
  const end = from + quote.length
  const after = /[.!?](?=\s)|\n/.exec(lines.slice(end - 1))
  return lines.slice(start, after === null ? lines.length : end + after.index)
}

const sentence = (
  { text, cites, quote }: { readonly text: string; readonly cites: readonly string[]; readonly quote: string },
  passages: ReadonlyMap<string, SentPassage>,
): Grounded | null => {
  if (MARKUP.test(text) || givesOrders(text)) return null
  const shown = text
    .replace(/\*\*|__|`/g, '')
    .replace(/\s*\[?\bP\d+\b\]?/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  if (shown === '' || shown.length > LONGEST_SENTENCE || cites.length === 0) return null
  const cited = cites.map((cite) => passages.get(cite))
  if (cited.some((passage) => passage === undefined)) return null
  const known = cited.filter((passage) => passage !== undefined)
  const said = flat(shown)
  const quoted = flat(quote)
  if (quoted.length < SHORTEST_QUOTE) return null
  const found = known.map((passage) => ({ passage, window: around(quoted, passage.text) })).find(({ window }) => window !== null)
  if (found === undefined) return null
  const window = found.window!
  const all = known.map((passage) => `${passage.title}\n${passage.text}`).join('\n')
  if (!borneOut(said, flat(all))) return null
  const names = new Set(flat(all).match(/[\p{L}\p{N}]+/gu) ?? [])
  if ((shown.match(CAPITALS) ?? []).some((name) => !names.has(name.toLowerCase()))) return null
  if (negates(said) !== negates(window) || contradicts(said, window)) return null
  const words = meaningOf(shown)
  if (share(words, new Set(meaningOf(all))) < 1 || share(words, new Set(meaningOf(window))) < QUOTED_FROM) return null
  return { text: shown, articles: [...new Set([found.passage, ...known].map(({ article }) => article))] }
}

/** Checks the sentences of one answer one after the other, as they come: what fails, was said already or is too much is null. */
export const makeJudge = (sent: readonly SentPassage[]): ((one: Answered['sentences'][number]) => Grounded | null) => {
  const passages = new Map(sent.map((passage) => [passage.id, passage]))
  const kept = new Set<string>()
  let looked = 0
  return (one) => {
    looked += 1
    if (looked > MOST_SENTENCES * 4 || kept.size >= MOST_SENTENCES) return null
    const grounded = sentence(one, passages)
    if (grounded === null || kept.has(grounded.text)) return null
    kept.add(grounded.text)
    return grounded
  }
}

/** The sentences that the passages bear out, in their order; what fails any check is dropped. Pure. */
export const judge = (answered: Answered, sent: readonly SentPassage[]): readonly Grounded[] => {
  if (!answered.answerable) return []
  const check = makeJudge(sent)
  return answered.sentences.flatMap((one) => check(one) ?? [])
}
