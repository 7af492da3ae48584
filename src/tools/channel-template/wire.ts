/** The parts of Example's JSON that we read. All of it may be missing: it comes from outside. */
export type Update = {
  readonly id: string
  readonly type: string
  readonly time?: number
  readonly message?: {
    readonly id: string
    readonly chat: string
    readonly text?: string
    readonly from?: { readonly id: string; readonly name?: string }
  }
}

/** One call of Example's API, as `render` plans it. */
export type Payload = { readonly text: string }

/** What the API answers to a message that it took. */
export type Sent = { readonly id?: string }
