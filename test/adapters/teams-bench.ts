import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { teams } from '../../adapters/teams/index.ts'
import { type Address, type Content, type FileId, type InboundEvent, id, type Media } from '../../src/channel/index.ts'
import { attempt, type Bench, openBench, why } from '../contract/contract-bench.ts'
import { files } from '../contract/samples.ts'

const folder = new URL('../../adapters/teams/', import.meta.url)

export type TeamsBench = Omit<Bench, 'emulator'> & { readonly emulator: TeamsEmulator }

/** Gives a function that opens a bench; what it opened is closed by `closeAll`. */
export function benches() {
  const closing: (() => Promise<unknown>)[] = []
  return {
    async open(): Promise<TeamsBench> {
      const bench = (await openBench({ definition: teams, startEmulator: startTeamsEmulator, folder })) as Bench & TeamsBench
      closing.push(bench.close)
      return bench
    },
    later: (close: () => Promise<unknown>) => void closing.push(close),
    async closeAll(): Promise<void> {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}

/** The first event of this kind that comes of what is done. */
export async function event<Kind extends InboundEvent['kind']>(bench: TeamsBench, act: () => unknown, kind: Kind) {
  const since = bench.door.events.length
  await act()
  return bench.door.next(kind, since)
}

export const say = (bench: TeamsBench, content: Content, to: Address, adapter = bench.adapter) =>
  adapter.send(adapter.render([content], to, why)[0]!, to, attempt())

export const text = (words: string): Content => ({ type: 'text', text: words })

export function stored(name: string): Media {
  const { mime, name: called, bytes } = files.get(id(name))!
  return { type: 'media', kind: 'file', file: { stored: id<FileId>(name), mime, name: called, bytes: bytes.length } }
}
