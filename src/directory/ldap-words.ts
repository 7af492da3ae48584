import { ResultCodeError } from 'ldapts'

/** Diagnostic messages of OpenLDAP's ppolicy overlay and of Active Directory, and what a person can do about them. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/history of old passwords|in history/i, 'You have used this password before. Take another one.'],
  [
    /too young/i,
    'Your password was changed only a short while ago, and your organisation wants some time between two changes. Try again later.',
  ],
  [/too short|not long enough|minimum length/i, 'This password is too short for your organisation. Take a longer one.'],
  [/too long/i, 'This password is too long for your organisation. Take a shorter one.'],
  [
    /quality|complexity|dictionary|palindrome/i,
    'Your organisation wants a stronger password: longer, with different kinds of characters, and no word that can be guessed.',
  ],
  [/not being changed|existing value|same as/i, 'This is the password that you have already. Take another one.'],
  // https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699-: ERROR_PASSWORD_RESTRICTION
  [
    /0000052D/i,
    'Your organisation’s rules refuse this password: it may be too short or too simple, hold your name, be one that you have used before, or follow too soon on the last one.',
  ],
]
const otherwise = 'Your organisation’s rules refuse this password. Take another one, longer and with different kinds of characters.'

/** constraintViolation (19) and, as Active Directory says it, unwillingToPerform (53): the password is refused, and nothing else is wrong. */
export function refusalOf(error: unknown): readonly string[] | undefined {
  if (!(error instanceof ResultCodeError)) return undefined
  const known = meanings.filter(([pattern]) => pattern.test(error.message)).map(([, words]) => words)
  if (error.code === 19) return known.length > 0 ? known : [otherwise]
  return error.code === 53 && known.length > 0 ? known : undefined
}
