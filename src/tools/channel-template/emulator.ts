import type { Emulator, EmulatorOptions } from '../../channel/emulator.ts'

/**
 * Example, played on loopback by the rules of its own pages. Every test of the contract runs on it, so it comes first: adapters/telegram/emulator.ts
 * and its folder show how one is built.
 */
export async function startEmulator(_options: EmulatorOptions = {}): Promise<Emulator> {
  throw new Error('adapters/example/emulator.ts is not written yet: the contract is tested on it, see docs/adding-a-channel.md')
}
