/** The Bot API says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly parameters: { readonly retry_after?: number; readonly migrate_to_chat_id?: number } | undefined
  constructor(status: number, description: string, parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

export const badRequest = (what: string) => new Refusal(400, `Bad Request: ${what}`)
export const forbidden = (what: string) => new Refusal(403, `Forbidden: ${what}`)
