import { passagesOf } from '../knowledge/passages.ts'
import { stemOf } from '../knowledge/stem.ts'
import type { Article } from '../ports.ts'
import { normalise, wordsOf } from '../understand/features.ts'

/** A piece of an article as it is sent: `P1`, `P2` … `text` has no marks of Markdown. */
export type SentPassage = { readonly id: string; readonly article: string; readonly title: string; readonly text: string }

const MOST_PASSAGES = 8
const MOST_OF_ONE = 4
const LONGEST = 1_200

/** Words that give orders to whoever reads them; no article about computers needs them, and a passage that has them is not sent. */
const ORDERS =
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,60}\b(?:instructions?|prompts?|rules|above|previous|prior|context)\b|\b(?:system prompt|developer message|you are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot|dan)|as an ai|jailbreak|act as (?:an? )?(?:ai|assistant|chatbot|admin\w*|system|dan)\b|pretend (?:to be|you)|respond only with|reply only with|do not follow|new instructions?)\b|<\/?(?:system|assistant|user|instructions?)>|\[\/?INST\]/i
export const givesOrders = (text: string): boolean => ORDERS.test(text)

/** Without marks, so that what is quoted from it is found in it again. An item or a paragraph is a line. */
export const bare = (markdown: string): string =>
  markdown
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g, '$1 ($2)')
    .replace(/<(https?:[^>\s]+)>/g, '$1')
    .replace(/<[^>]*>/g, ' ')
    .replace(/(?<=[^\n])\n(?!\n|\s*(?:[-*+]|\d+[.)]|>|#{1,6})\s)/g, ' ')
    .replace(/^\s*(?:[-*+]|>|#{1,6})\s+/gm, '')
    .replace(/\*\*|__|~~|`/g, '')
    .replace(/(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}])/gu, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ *\n\s*/g, '\n')
    .trim()

const stemsOf = (text: string): ReadonlySet<string> => new Set(wordsOf(normalise(text)).map(stemOf))

/** The passages of these articles (the best first) that fit the question, and the opening of each. At most eight. */
export const passagesFor = (articles: readonly Article[], question: string): readonly SentPassage[] => {
  const asked = stemsOf(question)
  const all = articles.flatMap((article, place) =>
    passagesOf(article.body)
      .map((passage, index) => {
        const text = `${passage.heading}\n\n${passage.text}`
        const fits = [...stemsOf(`${passage.heading} ${passage.text}`)].filter((stem) => asked.has(stem)).length
        return { article, text: bare(text).slice(0, LONGEST), weight: fits + (index === 0 ? 1.5 : 0) - place }
      })
      .filter(({ text }) => text !== '' && !givesOrders(text))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, MOST_OF_ONE),
  )
  return all
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST_PASSAGES)
    .map(({ article, text }, index) => ({ id: `P${index + 1}`, article: article.id, title: article.title, text }))
}
