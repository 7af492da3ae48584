import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { pino } from 'pino'
import { adapters } from '../../adapters/index.ts'
import { loadConfiguration } from '../../config/load.ts'
import { explainAll } from '../../config/problem.ts'
import { openPeople } from '../app/directory.ts'
import { writeAudit } from '../store/audit.ts'
import { connect } from '../store/connect.ts'
import { DirectoryInUse } from '../store/directory-lock.ts'
import { migrate } from '../store/migrate.ts'
import { hubSecret } from '../store/secrets.ts'

const usage = `npm run people -- list                   the hub's own accounts
npm run people -- add <e-mail> <name>    makes an account, and shows a link by which its owner sets the password
npm run people -- lock <e-mail>          locks the account and ends its sessions
npm run people -- unlock <e-mail>        unlocks it`

const say = (text: string) => process.stdout.write(`${text}\n`)
const refuse = (text: string): number => {
  process.stderr.write(`${text}\n`)
  return 1
}

async function run([command = '', email = '', ...name]: readonly string[]): Promise<number> {
  if (!['list', 'add', 'lock', 'unlock'].includes(command) || (command !== 'list' && email === '')) return refuse(usage)
  const loaded = loadConfiguration(adapters)
  if (!loaded.ok) return refuse(explainAll(loaded.problems))
  const { environment, settings } = loaded.configuration
  const connection = await connect({ databaseUrl: environment.databaseUrl, dataDir: environment.dataDir })
  try {
    await migrate(connection)
    const { db } = connection
    const secret = await hubSecret(db, 'codes')
    const people = openPeople({
      db,
      settings,
      secret,
      publicUrl: () => settings.publicUrl,
      log: pino({ level: 'silent' }),
      now: () => new Date(),
    })
    const { accounts } = people
    if (!accounts) return refuse('Accounts are kept in another directory (hub.directory): make, lock and unlock them there.')
    const note = (what: string, about: string) => writeAudit(db, { who: `terminal@${hostname()}`, what, about })
    switch (command) {
      case 'list': {
        for (const account of await accounts.list())
          say(
            `${account.email}  ${account.name}${account.locked ? '  locked' : ''}${account.mustChange ? '  must change the password' : ''}`,
          )
        return 0
      }
      case 'add': {
        const added = await accounts.add({ email, name: name.join(' ') })
        if (!added.ok) return refuse(added.words.join(' '))
        await note('account.add', added.account.id)
        say(
          `${added.account.email} has an account. Within three days its password is set here:\n${await people.invite(email, `invite:${randomUUID()}`)}`,
        )
        return 0
      }
      default: {
        const changed = await (command === 'lock' ? accounts.lock(email) : accounts.unlock(email))
        if (!changed) return refuse(`There is no account with the address ${email}.`)
        await note(`account.${command}`, changed.id)
        say(`${changed.email} is ${changed.locked ? 'locked' : 'unlocked'}.`)
        return 0
      }
    }
  } finally {
    await connection.close()
  }
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof DirectoryInUse)) throw error
  process.exitCode = refuse(`${error.message}\nWhile the hub runs on its embedded database, use POST /api/admin/people instead.`)
}
