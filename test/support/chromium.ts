import { existsSync } from 'node:fs'
import { readTestEnvironment } from '../../config/environment.ts'

/** Chromium for tests that drive one; undefined (and said on stderr) where there is none. `CHROMIUM_PATH` names another. */
export function chromiumPath(): string | undefined {
  const { chromium, required } = readTestEnvironment()
  if (existsSync(chromium)) return chromium
  if (required) throw new Error(`REQUIRE_SERVICES=1, but there is no Chromium at ${chromium}: set CHROMIUM_PATH.`)
  process.stderr.write(`\n!! Chromium: these tests DID NOT RUN. Install it, or set CHROMIUM_PATH (there is none at ${chromium}).\n`)
  return undefined
}
