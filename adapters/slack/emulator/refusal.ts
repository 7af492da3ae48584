import type { Json } from '../../../src/channel/index.ts'

/** The Web API says no, in a 200. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly more: { readonly [key: string]: Json }
  constructor(code: string, more: { readonly [key: string]: Json } = {}) {
    super(code)
    this.more = more
  }
}
