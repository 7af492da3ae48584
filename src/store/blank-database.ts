import { constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url))

/** Where `npm run prepare` leaves an empty database of the PGlite that is installed. To make one takes four seconds of a processor, to copy it less than one. */
export function blankDatabase(): string {
  const { version } = JSON.parse(readFileSync(join(packages, '@electric-sql/pglite/package.json'), 'utf8')) as { readonly version: string }
  return join(packages, '.cache/switchboard', `pglite-${version}`)
}

const isEmpty = (directory: string): boolean => !existsSync(directory) || readdirSync(directory).length === 0

/** Begins the database of `directory` as a copy of `blank`, whole or not at all. Does nothing where there is a database already, or no blank one. */
export async function beginFrom(blank: string, directory: string): Promise<void> {
  if (!isEmpty(directory) || !existsSync(join(blank, 'PG_VERSION'))) return
  const making = `${directory}.making`
  await rm(making, { recursive: true, force: true })
  await mkdir(dirname(directory), { recursive: true })
  await cp(blank, making, { recursive: true, mode: constants.COPYFILE_FICLONE })
  await rm(directory, { recursive: true, force: true })
  await rename(making, directory)
}

/** Makes the blank database with `make`, which fills the directory that it is given. Does nothing where it is there; of two who make it at once, one wins. */
export async function prepareBlank(blank: string, make: (directory: string) => Promise<void>): Promise<void> {
  if (existsSync(join(blank, 'PG_VERSION'))) return
  const making = `${blank}.${process.pid}`
  await rm(making, { recursive: true, force: true })
  await mkdir(dirname(blank), { recursive: true })
  await make(making)
  await rename(making, blank).catch(() => rm(making, { recursive: true }))
}
