import { type Corrector, makeCorrector } from '../knowledge/correct.ts'
import { normalise, wordsOf } from './features.ts'

/** What people type for a word when they are in a hurry. Apostrophes are gone by then. */
const SHORT: { readonly [short: string]: string } = {
  u: 'you',
  ur: 'your',
  r: 'are',
  y: 'yes',
  n: 'no',
  pls: 'please',
  plz: 'please',
  thx: 'thanks',
  tnx: 'thanks',
  thnx: 'thanks',
  ty: 'thank you',
  pw: 'password',
  pwd: 'password',
  passwd: 'password',
  acc: 'account',
  acct: 'account',
  tix: 'tickets',
  tkt: 'ticket',
  req: 'request',
  reqs: 'requests',
  hrs: 'hours',
  hr: 'hour',
  tmrw: 'tomorrow',
  msg: 'message',
  prob: 'problem',
  info: 'information',
  abt: 'about',
  bc: 'because',
  w: 'with',
  idk: 'i do not know',
  nvm: 'never mind',
  asap: 'as soon as possible',
  gonna: 'going to',
  wanna: 'want to',
  gotta: 'got to',
  gimme: 'give me',
  lemme: 'let me',
  cant: 'can not',
  cannot: 'can not',
  wont: 'will not',
  dont: 'do not',
  doesnt: 'does not',
  didnt: 'did not',
  isnt: 'is not',
  arent: 'are not',
  wasnt: 'was not',
  havent: 'have not',
  hasnt: 'has not',
  couldnt: 'could not',
  im: 'i am',
  ive: 'i have',
  id: 'i would',
  ill: 'i will',
  its: 'it is',
  thats: 'that is',
  whats: 'what is',
  wheres: 'where is',
  hows: 'how is',
  whos: 'who is',
  theres: 'there is',
  youre: 'you are',
  lets: 'let us',
}

/** Words that are said to somebody and say nothing. */
const FILLING = new Set([
  'please',
  'kindly',
  'mate',
  'guys',
  'buddy',
  'dude',
  'sir',
  'madam',
  'just',
  'really',
  'very',
  'so',
  'actually',
  'basically',
  'um',
  'uh',
  'hmm',
])

/** A message in the words of the phrases: contractions and chat abbreviations written out, filling words dropped (unless nothing else is left). */
export const plainWords = (text: string): readonly string[] => {
  const words = wordsOf(normalise(text)).flatMap((word) => {
    const bare = word.replaceAll("'", '')
    return SHORT[bare]?.split(' ') ?? [bare]
  })
  const telling = words.filter((word) => !FILLING.has(word))
  return telling.length > 0 ? telling : words
}

/** Puts typing mistakes right against the words of the phrases, one letter in short words, two in long ones. */
export const makeMender = (phrases: readonly (readonly string[])[]): ((words: readonly string[]) => readonly string[]) => {
  const documents = new Map<string, number>()
  for (const words of phrases) for (const word of new Set(words)) documents.set(word, (documents.get(word) ?? 0) + 1)
  const correct: Corrector = makeCorrector([...documents].map(([word, count]) => ({ word, documents: count })))
  // Hardly anybody mistypes the first letter; another word is meant then ("reason" is no "person").
  const mended = (word: string): string => {
    const meant = correct(word)
    return meant !== undefined && (meant[0] === word[0] || meant[0] === word[1]) ? meant : word
  }
  return (words) => words.map(mended)
}
