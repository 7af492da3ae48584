import { constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
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
  await syncAll(making)
  await rm(directory, { recursive: true, force: true })
  await rename(making, directory)
  await sync(dirname(directory))
}

/** What is built on a copy is as durable as the copy: the database itself syncs only what it changes. */
async function syncAll(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = [directory, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const some = Array.from({ length: 8 }, async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) await sync(path)
  })
  await Promise.all(some)
}

/** A file or a directory. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
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
