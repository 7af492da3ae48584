import { DirectoryInUse } from './store/directory-lock.ts'

type Place = { readonly host: string; readonly port: number; readonly dataDir: string; readonly databaseUrl?: string | undefined }

/** Why the hub did not start and what would help, in a sentence; undefined where only the error itself can tell. Names no password of an address. */
export function startFailure(error: unknown, { host, port, dataDir, databaseUrl }: Place): string | undefined {
  if (error instanceof DirectoryInUse) return error.message
  const { code, syscall } = (error instanceof AggregateError ? error.errors[0] : error) as {
    readonly code?: unknown
    readonly syscall?: unknown
  }
  if (typeof code !== 'string') return undefined
  if (syscall === 'listen' && code === 'EADDRINUSE')
    return `Another program listens on ${host}:${port}. Stop it, or set PORT to another number.`
  if (syscall === 'listen')
    return `The hub may not listen on ${host}:${port} (${code}). Set HOST and PORT to an address of this machine that is free.`
  if (databaseUrl !== undefined && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|28\w{3}|3D000)$/.test(code)) {
    const { host: server, pathname } = new URL(databaseUrl)
    return `Postgres does not let the hub in at ${server}${pathname} (${code}). Is it running, and is DATABASE_URL right?`
  }
  if (databaseUrl === undefined && /^(ENOTDIR|EEXIST|EACCES|EPERM|EROFS|ENOSPC)$/.test(code))
    return `The hub cannot write to its data directory ${dataDir} (${code}). Make it writable, or set DATA_DIR to another directory.`
  return undefined
}
