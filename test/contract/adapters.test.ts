import { adapters } from '../../adapters/index.ts'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import { contractSuite } from './adapter-contract.ts'

type EmulatorModule = { readonly startEmulator: (options?: EmulatorOptions) => Promise<Emulator> }

for (const definition of adapters) {
  const folder = new URL(`../../adapters/${definition.name}/`, import.meta.url)
  const { startEmulator } = (await import(new URL('emulator.ts', folder).href)) as EmulatorModule
  contractSuite({ definition, startEmulator, folder })
}
