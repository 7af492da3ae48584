import { blankDatabase, prepareBlank } from '../store/blank-database.ts'
import { createPGlite } from '../store/pglite.ts'

/** `npm run prepare`: what a first start would spend four seconds on is made while the packages are installed. */
try {
  await prepareBlank(blankDatabase(), async (directory) => (await createPGlite(directory)).close())
} catch (error) {
  console.error(
    `No empty database was prepared (${error instanceof Error ? error.message : String(error)}); the first start makes its own.`,
  )
}
