/** A piece of an article that stands for itself; `heading` is the heading it stands under, or ''. */
export type Passage = { readonly heading: string; readonly text: string }

const LONGEST_PASSAGE = 600

/** Cuts an article's Markdown into passages: at headings, then at blank lines, lists kept together while they are short. Pure. */
export const passagesOf = (body: string): readonly Passage[] => {
  const passages: Passage[] = []
  let heading = ''
  let held = ''
  const close = () => {
    if (held.trim() !== '') passages.push({ heading, text: held.trim() })
    held = ''
  }
  for (const block of body.split(/\n{2,}/)) {
    const title = /^#{1,6}\s+(.+)/.exec(block.trim())
    if (title !== null) {
      close()
      heading = title[1]!.trim()
      const rest = block.trim().split('\n').slice(1).join('\n')
      held = rest
      continue
    }
    if (held !== '' && held.length + block.length > LONGEST_PASSAGE) close()
    held = held === '' ? block : `${held}\n\n${block}`
  }
  close()
  return passages
}

/** The sentences of a passage; an item of a list is one, without its bullet. Marks of emphasis stay. */
export const sentencesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => line.match(/[^.!?]+(?:[.!?]+(?![\s)"”'*_]*\s+\p{Lu}|[\s)"”'*_]*$)[^.!?]*)*[.!?]*[)"”'*_]*/gu) ?? [line])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
