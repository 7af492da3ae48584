/** One at a time, in the order of asking. */
export type Turnstile = { enter(): Promise<() => void> }
export function makeTurnstile(): Turnstile {
  let last: Promise<void> = Promise.resolve()
  return {
    async enter() {
      const before = last
      let leave = (): void => undefined
      last = new Promise((resolve) => {
        leave = resolve
      })
      await before
      return leave
    },
  }
}
