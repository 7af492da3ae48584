import type { Json } from '../../../src/channel/index.ts'

/** What the emulator's server says no with. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly more: { readonly [key: string]: Json }
  readonly headers: { readonly [name: string]: string }
  constructor(
    status: number,
    message: string,
    more: { readonly [key: string]: Json } = {},
    headers: { readonly [name: string]: string } = {},
  ) {
    super(message)
    this.status = status
    this.more = more
    this.headers = headers
  }
}
