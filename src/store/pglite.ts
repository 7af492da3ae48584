import { closeSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
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

/** The embedded database in a directory, durable; `undefined` keeps it in memory (tests). The first start takes 2–3 s, later ones 0.3 s. */
export async function openPGlite(directory: string | undefined): Promise<PGlite> {
  if (directory === undefined) return findsQueues(await PGlite.create())
  const defaults = (PGlite as unknown as { readonly defaultStartParams: readonly string[] }).defaultStartParams
  const startParams = [...defaults.filter((flag) => flag !== '-F'), '-c', 'wal_sync_method=fsync']
  return findsQueues(await PGlite.create({ fs: new SyncedFiles(directory), startParams }))
}

/** BullMQ's tables stand in a schema of their own; PGlite is one session, so its path is set once for everybody. */
async function findsQueues(pglite: PGlite): Promise<PGlite> {
  await pglite.exec('set search_path to public, bullmq')
  return pglite
}

/** One at a time, in the order of asking. */
export type Turnstile = { enter(): Promise<() => void> }
export function makeTurnstile(): Turnstile {
  let last: Promise<void> = Promise.resolve()
  return {
    async enter() {
      const before = last
      let leave = (): void => undefined
      last = new Promise((resolve) => {
        leave = resolve
      })
      await before
      return leave
    },
  }
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

type Held = DatabaseConnection & { readonly leave: () => void }

function makeDriver(pglite: PGlite, turnstile: Turnstile): Driver {
  const run = (connection: DatabaseConnection, text: string) => connection.executeQuery(CompiledQuery.raw(text)).then(() => undefined)
  return {
    init: async () => pglite.waitReady,
    acquireConnection: async (): Promise<Held> => {
      const leave = await turnstile.enter()
      return {
        leave,
        executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
          const { rows, affectedRows } = await pglite.query<Row>(query.sql, query.parameters as unknown[])
          return { rows, ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }) }
        },
        streamQuery: () => {
          throw new Error('PGlite does not stream')
        },
      }
    },
    beginTransaction: (connection) => run(connection, 'begin'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection: async (connection) => (connection as Held).leave(),
    destroy: async () => pglite.close(),
  }
}
