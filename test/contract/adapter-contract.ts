import { afterAll, beforeAll, describe } from 'vitest'
import { type Bench, type Contract, openBench } from './contract-bench.ts'
import { inbound } from './contract-in.ts'
import { outbound } from './contract-out.ts'
import { promises } from './contract-promises.ts'

/**
 * All that an adapter promises, shown on its emulator and its recorded requests. The adapter brings `emulator.ts` (`startEmulator`) and
 * `fixtures/`: `in/*.request.json` ({method?, query?, headers?, body | text}; names begin with `own-` where nothing was said to us, `unknown-`
 * where nobody knows what it is, `batch-` where it is several), `errors/*.json` ({answer: {status, headers?, body}}). `UPDATE_FIXTURES=1`
 * writes what is expected; read it before it is committed.
 */
export function contractSuite(contract: Contract) {
  describe(`${contract.definition.title} keeps the contract of adapters`, () => {
    let opened: Bench | undefined
    const bench = () => opened!
    beforeAll(async () => {
      opened = await openBench(contract)
    })
    afterAll(() => opened?.close())
    inbound(contract, bench)
    outbound(contract, bench)
    promises(contract, bench)
  })
}
