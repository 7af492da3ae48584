/** Of NUL and of half a surrogate pair, which Postgres has no room for. An escaped backslash is taken whole, so that a typed `\u0000` stays one. */
const homeless = /\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g

/** A value as JSON that Postgres takes. What it has no room for becomes U+FFFD: one such character would else refuse everybody's rows of the statement. */
export function asJson(value: unknown): string {
  const json = JSON.stringify(value)
  return json.includes('\\u') ? json.replace(homeless, (found) => (found === '\\\\' ? found : '\ufffd')) : json
}

/** A text that Postgres takes, see `asJson`. */
export const asText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd')
