import { expect } from 'vitest'
import { startLineEmulator } from '../../adapters/line/emulator.ts'
import { line } from '../../adapters/line/index.ts'
import { type Adapter, type AdapterDeps, type Content, type InboundEvent, id } from '../../src/channel/index.ts'
import { openTestDoor } from './door.ts'

type Opened = Awaited<ReturnType<typeof open>>
const opened: { close(): Promise<void> }[] = []
export const closeAll = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
}

/** The adapter on its emulator, behind a door as small as it can be. `clock` moves the adapter's time. */
export async function open(keys: object = {}) {
  const emulator = await startLineEmulator({ timeScale: 100 })
  const clock = { ahead: 0 }
  const said: unknown[] = []
  const deps: AdapterDeps = {
    fetch: globalThis.fetch,
    now: () => new Date(Date.now() + clock.ahead),
    log: { info: (...words) => said.push(words), warn: (...words) => said.push(words) },
    files: {
      open: async () => Promise.reject(new Error('not asked for')),
      link: async (file) => `https://hub.example.com/files/${file}/name`,
      remembered: async () => undefined,
      remember: async () => undefined,
    },
    live: { publish: async () => undefined },
  }
  const adapter = line.create({ id: id('main'), config: line.config.parse({ ...emulator.account(), ...keys }) }, deps)
  const door = await openTestDoor(adapter)
  await emulator.connect(door.url)
  const all = { emulator, adapter, door, clock, said, deps }
  opened.push({
    close: async () => {
      await door.close()
      await emulator.close()
    },
  })
  return all
}

export const text = (words: string): Content => ({ type: 'text', text: words })
export const attempt = (key = `key-${Math.random()}`, number = 1, ms = 3000) => ({
  idempotencyKey: key,
  number,
  signal: AbortSignal.timeout(ms),
})
export const why = { author: 'virtual-agent', window: 'open' } as const
export const methods = ({ emulator }: Opened) => emulator.record.accepted.map(({ method, text }) => `${method}: ${text}`)

export async function hear({ emulator, door }: Opened, name: string) {
  const since = door.events.length
  const person = emulator.person(name)
  await person.types(`hello from ${name}`)
  const heard = await door.next('message', since)
  return { person, heard, to: heard.from }
}
export const say = (adapter: Adapter, to: InboundEvent['from'], words: string, how = attempt()) =>
  adapter.send(adapter.render([text(words)], to, why)[0]!, to, how)
export const failure = (adapter: Adapter, call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it was sent'),
    (error: unknown) => adapter.classify(error),
  )
