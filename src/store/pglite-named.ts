import { messages, type PGlite, parse, protocol, type Results } from '@electric-sql/pglite'
import type { Turnstile } from './turnstile.ts'

/** A statement of the way of a message: `name` stands for this one text. */
export type Named = { readonly name: string; readonly text: string; readonly parameters: readonly unknown[] }

type Prepared = {
  readonly text: string
  readonly types: readonly number[]
  readonly row: messages.RowDescriptionMessage | undefined
  readonly until: number
}

/** A plan is made anew after so long: it was made for the tables as they were, in ms. */
const planLifetimeMs = 300_000

const { serialize } = protocol

/** Statements of one transaction at most: the process does nothing else meanwhile. */
const atMost = 8

/**
 * Runs what is asked by name outside a transaction. What is asked while the session is busy goes out together as one transaction, with one fsync; where a
 * statement of such company is refused, each is asked again by itself.
 */
export function makeNamed(pglite: PGlite, turnstile: Turnstile): (statement: Named) => Promise<Results> {
  const run = preparesIn(pglite)
  type Waiting = { readonly statement: Named; readonly resolve: (results: Results) => void; readonly reject: (error: unknown) => void }
  let waiting: Waiting[] = []

  async function flush(): Promise<void> {
    const leave = await turnstile.enter()
    // PGlite works on this very thread: without a pause nobody could come to stand beside the first.
    await new Promise(setImmediate)
    const batch = waiting.slice(0, atMost)
    waiting = waiting.slice(atMost)
    if (waiting.length > 0) void flush()
    try {
      const answers = await run(batch.map(({ statement }) => statement))
      batch.forEach(({ resolve }, n) => {
        resolve(answers[n]!)
      })
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error)
      else for (const { statement, resolve, reject } of batch) await run([statement]).then(([answer]) => resolve(answer!), reject)
    } finally {
      leave()
    }
  }

  return (statement) =>
    new Promise((resolve, reject) => {
      waiting.push({ statement, resolve, reject })
      if (waiting.length === 1) void flush()
    })
}

/**
 * Statements that PGlite parses and plans once and then runs by name: on the way of a message planning would cost more than the work, and each of the
 * six messages that it takes unprepared is a call into WebAssembly of its own. Whoever calls holds the session, outside a transaction.
 */
function preparesIn(pglite: PGlite) {
  const known = new Map<string, Prepared>()

  async function prepared({ name, text }: Named): Promise<Prepared> {
    const before = known.get(name)
    if (before && before.text !== text) throw new Error(`Two statements are named ${name}.`)
    if (before && before.until > performance.now()) return before
    if (known.delete(name)) await pglite.execProtocolStream(together([serialize.close({ type: 'S', name }), serialize.sync()]))
    const answer = await pglite.execProtocolStream(
      together([serialize.parse({ name, text }), serialize.describe({ type: 'S', name }), serialize.sync()]),
    )
    const made = {
      text,
      types: parse.parseDescribeStatementResults(answer),
      row: answer.find((message) => message instanceof messages.RowDescriptionMessage),
      until: performance.now() + planLifetimeMs,
    }
    known.set(name, made)
    return made
  }

  /**
   * Runs them in this order as one transaction, so with one fsync, and one call into WebAssembly. Rejects where one is refused: then none has happened.
   */
  return async (statements: readonly Named[]): Promise<readonly Results[]> => {
    const plans: Prepared[] = []
    for (const statement of statements) plans.push(await prepared(statement))
    const bound = statements.flatMap(({ name, parameters }, n) => [
      serialize.bind({ statement: name, values: parameters.map((value, at) => written(pglite, value, plans[n]!.types[at]!)) }),
      serialize.execute(),
    ])
    const answers = eachAnswer(await pglite.execProtocolStream(together([...bound, serialize.sync()])))
    return plans.map(({ row }, n) => parse.parseResults(row ? [row, ...answers[n]!] : answers[n]!, pglite.parsers)[0]!)
  }
}

function written(pglite: PGlite, value: unknown, type: number): string | null {
  if (value === null || value === undefined) return null
  const serializer = pglite.serializers[type]
  return serializer ? serializer(value) : String(value)
}

type Answer = Awaited<ReturnType<PGlite['execProtocolStream']>>

/** What was answered to each of several statements; each ends with its completion. */
function eachAnswer(answer: Answer): readonly Answer[] {
  const each: Answer[] = [[]]
  for (const message of answer) {
    each.at(-1)!.push(message)
    if (message.name === 'commandComplete') each.push([])
  }
  return each
}

function together(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
