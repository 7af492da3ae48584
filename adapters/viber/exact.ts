/**
 * JSON whose whole numbers beyond 2^53 come as strings: a message_token has 64 bits, and `JSON.parse` would give its neighbour.
 * Throws `SyntaxError`, or `RangeError` where it is nested without end.
 */
export function parseExactly(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? context.source
      : value,
  )
}
