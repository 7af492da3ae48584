import { openEndpoint, type Performance } from '../virtual-agent/endpoint.ts'

/** One call of the language model, which goes on when the test says so. */
export type ModelCall = {
  /** What the passages let it say, one sentence after the other. */
  readonly sentences: Performance['sentences']
  /** Writes the next sentences of its answer. */
  writes(...sentences: readonly Performance['sentences'][number][]): void
  /** Part of a sentence, or whatever else. */
  writesRaw(text: string): void
  ends(): void
  cuts(): void
  fails(): void
  /** The hub has let go of it. */
  readonly gone: Promise<unknown>
}

/** A language model on this machine. Every call waits for the test: `call()` is the next one that comes. */
export async function openModel() {
  const endpoint = await openEndpoint()
  const waiting: ((call: ModelCall) => void)[] = []
  const come: ModelCall[] = []
  endpoint.will({
    do: 'perform',
    perform: async ({ sentences, gone, says, ends, cuts, fails }) => {
      let written = 0
      says('{"answerable": true, "sentences": [')
      const call: ModelCall = {
        sentences,
        gone,
        cuts,
        fails,
        writesRaw: says,
        writes: (...more) => {
          for (const one of more) says(`${written++ === 0 ? '' : ', '}${JSON.stringify(one)}`)
        },
        ends: () => {
          says(']}')
          ends()
        },
      }
      const first = waiting.shift()
      if (first) first(call)
      else come.push(call)
      await gone
    },
  })
  return {
    /** Under `hub:`. */
    settings: { baseUrl: endpoint.url, model: 'test', firstTokenSeconds: 25, timeoutSeconds: 30 },
    call: (): Promise<ModelCall> => {
      const first = come.shift()
      return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve))
    },
    /** So many calls have come that nobody took. */
    waits: () => come.length,
    close: () => endpoint.close(),
  }
}
export type Model = Awaited<ReturnType<typeof openModel>>
