import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite, type Results } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { beginFrom, blankDatabase } from './blank-database.ts'
import { makeNamed } from './pglite-named.ts'
import { statementName } from './statement-name.ts'
import type { Turnstile } from './turnstile.ts'

/**
 * PGlite's file system with a real fsync. As shipped it has none and the server is started with `-F`, so a commit could be lost with the machine's power.
 * The module's types do not show emscripten's `NODEFS`, hence the casts; test/contract/pglite.test.ts counts the fsyncs.
 */
class SyncedFiles extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const set = await super.init(...args)
    const preRun = set.emscriptenOpts.preRun as unknown as ((module: EmscriptenModule) => void)[]
    preRun.push((module) => {
      module.NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd)
        else {
          const directory = openSync(module.NODEFS.realPath(stream.node), 'r')
          fsyncSync(directory)
          closeSync(directory)
        }
        return 0
      }
    })
    return set
  }
}
type EmscriptenModule = {
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: object }) => number }
    realPath(node: object): string
  }
}

/** The embedded database in a directory, durable; `undefined` keeps it in memory (tests). The first start takes a second where `npm run prepare` has run, later ones 0.3 s. */
export async function openPGlite(directory: string | undefined): Promise<PGlite> {
  if (directory === undefined) return findsQueues(await PGlite.create())
  await beginFrom(blankDatabase(), directory)
  return findsQueues(await createPGlite(directory))
}

/** The same without a blank database to begin from. */
export async function createPGlite(directory: string): Promise<PGlite> {
  const defaults = (PGlite as unknown as { readonly defaultStartParams: readonly string[] }).defaultStartParams
  const startParams = [...defaults.filter((flag) => flag !== '-F'), '-c', 'wal_sync_method=fsync']
  return PGlite.create({ fs: new SyncedFiles(directory), startParams })
}

/** BullMQ's tables stand in a schema of their own; PGlite is one session, so its path is set once for everybody. */
export async function findsQueues(pglite: PGlite): Promise<PGlite> {
  await pglite.exec('set search_path to public, bullmq')
  return pglite
}

/**
 * PGlite is one session: whoever is in a transaction has it alone, and everybody else waits at the turnstile.
 * (Kysely's own dialect lets a query from outside slip into the transaction that is open.)
 */
export function pgliteDialect(pglite: PGlite, turnstile: Turnstile): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => makeDriver(pglite, turnstile),
  }
}

type Held = DatabaseConnection & { enter(): Promise<void>; leave(): void }

function makeDriver(pglite: PGlite, turnstile: Turnstile): Driver {
  const named = makeNamed(pglite, turnstile)
  const run = (connection: DatabaseConnection, text: string) => connection.executeQuery(CompiledQuery.raw(text)).then(() => undefined)
  const acquireConnection = async (): Promise<Held> => {
    let leave: (() => void) | undefined
    const enter = async (): Promise<void> => {
      leave ??= await turnstile.enter()
    }
    return {
      enter,
      leave: () => leave?.(),
      async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
        const name = statementName(text)
        const alone = async (): Promise<Results> => {
          await enter()
          return pglite.query(text, parameters as unknown[])
        }
        const { rows, affectedRows } = name !== undefined && leave === undefined ? await named({ name, text, parameters }) : await alone()
        return { rows: rows as Row[], ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }) }
      },
      streamQuery: () => {
        throw new Error('PGlite does not stream')
      },
    }
  }
  return {
    init: async () => pglite.waitReady,
    acquireConnection,
    beginTransaction: async (connection) => {
      await (connection as Held).enter()
      await run(connection, 'begin')
    },
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection: async (connection) => (connection as Held).leave(),
    destroy: async () => pglite.close(),
  }
}
