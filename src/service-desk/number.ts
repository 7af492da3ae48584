import type { RequestType } from '../core/service-desk.ts'

const prefixes = { incident: 'INC', 'service-request': 'SR' } as const satisfies { readonly [type in RequestType]: string }

export const numberOf = (type: RequestType, number: number): string => `${prefixes[type]}-${number}`

/** A number as people write it (`INC-1001`, `inc 1001`, `#1001`); null where it is none. `type` is null where no prefix says it. */
export const readNumber = (text: string): { readonly number: number; readonly type: RequestType | null } | null => {
  const found = /^\s*#?\s*(?:(inc|sr)[\s-]*)?0*([1-9]\d{0,14})\s*$/i.exec(text)
  if (found === null) return null
  const type = found[1] === undefined ? null : found[1].toLowerCase() === 'sr' ? 'service-request' : 'incident'
  return { number: Number(found[2]), type }
}
