// create <name>: makes an empty database and prints its URL. drop <url>: drops it and every database whose name starts with its name.
// redis <url>: is it there, and does it keep what it is given?
import { Redis } from 'ioredis'
import pg from 'pg'

const [command, argument] = process.argv.slice(2)
const at = (user, database) => `postgres://${user}@127.0.0.1:5432/${database}`

async function connected(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  return client
}

async function create(name) {
  const reasons = []
  for (const user of ['postgres', 'root']) {
    try {
      const client = await connected(at(user, 'postgres'))
      await client.query(`create database "${name}"`)
      await client.end()
      console.log(at(user, name))
      return
    } catch (error) {
      reasons.push(`${user}: ${error.message}`)
    }
  }
  throw new Error(`No Postgres on 127.0.0.1:5432 that lets us make a database (${reasons.join('; ')}).`)
}

async function drop(url) {
  if (!url) return
  const name = new URL(url).pathname.slice(1)
  const client = await connected(Object.assign(new URL(url), { pathname: '/postgres' }).href)
  const { rows } = await client.query('select datname from pg_database where datname = $1 or starts_with(datname, $2)', [name, `${name}_`])
  for (const { datname } of rows) await client.query(`drop database if exists "${datname}" with (force)`)
  await client.end()
}

async function redis(url) {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch {
    throw new Error('No Redis on 127.0.0.1:6379.')
  }
  const [, policy] = await client.config('GET', 'maxmemory-policy')
  client.disconnect()
  if (policy !== 'noeviction') throw new Error(`Redis has maxmemory-policy ${policy}; the queue needs noeviction.`)
}

const commands = { create, drop, redis }
await commands[command](argument).catch((error) => {
  console.error(`!! ${error.message}`)
  process.exitCode = 1
})
