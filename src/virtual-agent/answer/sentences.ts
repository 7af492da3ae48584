import { type Answered, sentenceOf } from './judge.ts'

type Sentence = Answered['sentences'][number]

/**
 * Reads an answer while it is being written: each call gets all of its text so far and gives the sentences that were finished since the call before. Only
 * those that stand behind `"answerable": true` count, and nothing after something that an answer would not hold.
 */
export const readSentences = (): ((soFar: string) => readonly Sentence[]) => {
  let at = 0
  let began = 0
  let name = ''
  let key = ''
  let answerable = false
  let over = false
  let quoted = false
  let escaped = false
  const open: string[] = []
  const inSentences = (): boolean => key === 'sentences' && open.join('') === '{['

  const close = (soFar: string): Sentence | null => {
    open.pop()
    over = open.length === 0
    if (!inSentences() || !answerable || soFar[at] !== '}') return null
    const sentence = sentenceOf(soFar.slice(began, at + 1))
    over ||= sentence === null
    return sentence
  }

  return (soFar) => {
    const finished: Sentence[] = []
    for (; at < soFar.length && !over; at++) {
      const letter = soFar[at]!
      if (quoted) {
        if (escaped) escaped = false
        else if (letter === '\\') escaped = true
        else if (letter === '"') {
          quoted = false
          if (open.length === 1) name = soFar.slice(began, at)
        }
      } else if (letter === '{' || (letter === '[' && open.length > 0)) {
        if (inSentences()) began = at
        open.push(letter)
      } else if (open.length === 0) continue
      else if (letter === '}' || letter === ']') {
        const sentence = close(soFar)
        if (sentence !== null) finished.push(sentence)
      } else if (letter === '"') {
        quoted = true
        if (open.length === 1) began = at + 1
      } else if (letter === ':' && open.length === 1) key = name
      else if (letter === 'e' && open.length === 1 && key === 'answerable') answerable = soFar.endsWith('true', at + 1)
    }
    return finished
  }
}
