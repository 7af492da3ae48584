import type { PasswordRules } from './passwords.ts'

/** NIST SP 800-63B, 3.1.1.2: length instead of kinds of characters, and a list of what is guessed first. */
export const ownRules: PasswordRules = {
  minLength: 12,
  maxLength: 128,
  hints: ['Nothing that everybody would guess, and not your e-mail address.'],
}

/** The stems of what stands at the top of every list of leaked passwords; digits and signs around them are no help. */
const guessed = new Set(
  `password passwort passwd passw0rd p4ssword p4ssw0rd password password password1 secret geheim letmein welcome willkommen admin administrator root
  qwerty qwertz azerty qwertyuiop qwertzuiop asdfghjkl asdfgh zxcvbnm yxcvbnm qazwsx qazwsxedc 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx
  iloveyou ichliebedich monkey dragon football baseball basketball superman batman master sunshine princess shadow trustno1 starwars whatever
  michael jordan ashley bailey charlie jennifer daniel thomas hunter freedom computer internet server login access changeme default
  hello hallo summer winter spring autumn sommer herbst fruehling january february march april june july august september october november december
  monday tuesday wednesday thursday friday saturday sunday liverpool arsenal chelsea barcelona switchboard servicedesk helpdesk support company
  mypassword thisisapassword thisismypassword passwordpassword letmeinplease correcthorsebatterystaple`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
]
const fewest = 5

const stem = (password: string): string => password.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
const isRow = (text: string): boolean => {
  const back = [...text].reverse().join('')
  return rows.some((row) => (row + row).includes(text) || (row + row).includes(back))
}
/** The same few characters again and again. */
const repeats = (text: string): boolean => /^(.{1,6}?)\1+.{0,5}$/su.test(text)

const isGuessed = (password: string): boolean => {
  const small = password.toLowerCase()
  const bare = stem(password)
  return (
    guessed.has(small) ||
    guessed.has(bare) ||
    guessed.has(bare.replaceAll(/[^\p{L}\p{N}]/gu, '')) ||
    new Set(small).size < fewest ||
    isRow(small) ||
    (bare.length >= 6 && isRow(bare)) ||
    repeats(small)
  )
}

/** What is wrong with a password of the hub's own accounts, in sentences that a person can act on; empty: nothing. */
export function faultsOf(password: string, email: string): readonly string[] {
  const small = password.toLowerCase().trim()
  const [local = ''] = email.toLowerCase().split('@')
  const ownAddress = small === email.toLowerCase() || (local.length >= 4 && stem(small) === stem(local))
  return [
    ...([...password].length < ownRules.minLength ? [`Use at least ${ownRules.minLength} characters.`] : []),
    ...(password.length > ownRules.maxLength ? [`Use at most ${ownRules.maxLength} characters.`] : []),
    ...(ownAddress ? ['Do not use your e-mail address as your password.'] : []),
    ...(!ownAddress && password !== '' && isGuessed(password)
      ? ['This is one of the passwords that are guessed first. Take a few words that have nothing to do with each other.']
      : []),
    ...(/\p{Cc}/u.test(password) ? ['Leave out line breaks and other characters that cannot be seen.'] : []),
  ]
}
