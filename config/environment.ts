import { z } from 'zod'
import type { Problem } from './problem.ts'

/** A variable that is set but empty counts as not set: that is how compose files hand over what nobody filled in. */
const optional = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const databaseUrl = z.string().regex(/^postgres(ql)?:\/\/\S+$/)
const redisUrl = z.string().regex(/^rediss?:\/\/\S+$/)

const variables = {
  HOST: {
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
    expected: 'a host name or address to listen on, such as 127.0.0.1',
    secret: false,
  },
  PORT: { schema: z.coerce.number().int().min(0).max(65_535), expected: 'a port number from 0 to 65535 (0: any free one)', secret: false },
  HUB_CONFIG: { schema: z.string(), expected: 'the path of the configuration file', secret: false },
  HUB_ROLE: { schema: z.enum(['all', 'web', 'worker']), expected: 'all, web or worker', secret: false },
  DATABASE_URL: { schema: databaseUrl, expected: 'a URL such as postgres://hub@127.0.0.1:5432/hub', secret: true },
  REDIS_URL: { schema: redisUrl, expected: 'a URL such as redis://127.0.0.1:6379', secret: true },
  DATA_DIR: { schema: z.string(), expected: 'the path of a folder', secret: false },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    expected: 'trace, debug, info, warn, error, fatal or silent',
    secret: false,
  },
  ADMIN_EMAIL: { schema: z.email(), expected: 'an e-mail address', secret: false },
  ADMIN_PASSWORD: { schema: z.string().min(8).max(128), expected: 'a password of 8 to 128 characters', secret: true },
} as const

/** What the machine tells the hub; everything about channels and the desk stands in the configuration file instead. */
export type Environment = {
  readonly host: string
  /** 0 asks the system for any free port. */
  readonly port: number
  readonly configFile: string
  readonly role: 'all' | 'web' | 'worker'
  /** Absent: the embedded PGlite in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Absent: what is timed waits in the database. */
  readonly redisUrl: string | undefined
  readonly dataDir: string
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Both matter on the first start only; without a password one is made and printed once. */
  readonly adminEmail: string | undefined
  readonly adminPassword: string | undefined
}

type Variables = { readonly [name: string]: string | undefined }

/** Reads the environment; a variable that is wrong is named with what would be right, a secret's value never is. */
export function readEnvironment(from: Variables = process.env): {
  readonly environment: Environment
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const read = <Name extends keyof typeof variables>(name: Name): z.output<(typeof variables)[Name]['schema']> | undefined => {
    const { schema, expected, secret } = variables[name]
    const result = optional(schema).safeParse(from[name])
    if (result.success) return result.data as z.output<(typeof variables)[Name]['schema']> | undefined
    const found = secret ? 'something else' : JSON.stringify(from[name])
    problems.push({ code: 'environment', key: name, found, expected })
    return undefined
  }
  const environment: Environment = {
    host: read('HOST') ?? '127.0.0.1',
    port: read('PORT') ?? 3000,
    configFile: read('HUB_CONFIG') ?? 'config/hub.yaml',
    role: read('HUB_ROLE') ?? 'all',
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    dataDir: read('DATA_DIR') ?? 'data',
    logLevel: read('LOG_LEVEL') ?? 'info',
    adminEmail: read('ADMIN_EMAIL'),
    adminPassword: read('ADMIN_PASSWORD'),
  }
  if (environment.role !== 'all') {
    for (const name of ['DATABASE_URL', 'REDIS_URL'] as const) {
      if (from[name]) continue
      problems.push({
        code: 'environment',
        key: name,
        found: 'nothing',
        expected: `${variables[name].expected}, because HUB_ROLE is ${environment.role}`,
        hint: 'Processes with different roles meet in one Postgres and one Redis; a hub that stands alone runs as HUB_ROLE=all.',
      })
    }
  }
  return { environment, problems }
}

/** All variables, for what `${NAME}` in the configuration file may name. */
export const allVariables = (): Variables => process.env

/** The environment of this process with changes, for a child process; `undefined` takes a variable away. */
export function childEnvironment(changes: Variables): Variables {
  return { ...process.env, ...changes }
}

/** The services that tests may use; absent ones are left out by the tests that need them, unless `required`. */
export function readTestEnvironment(from: Variables = process.env): {
  readonly postgres: string | undefined
  readonly redis: string | undefined
  readonly required: boolean
  /** Take the time that faults take in the world: hours of patience are shortened else. */
  readonly longFaults: boolean
  readonly chromium: string
} {
  return {
    postgres: from.TEST_DATABASE_URL || undefined,
    redis: from.TEST_REDIS_URL || undefined,
    required: from.REQUIRE_SERVICES === '1',
    longFaults: from.LONG_FAULTS === '1',
    chromium: from.CHROMIUM_PATH || '/usr/bin/chromium',
  }
}
