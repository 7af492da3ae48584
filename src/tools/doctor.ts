import { adapters } from '../../adapters/index.ts'
import { loadConfiguration } from '../../config/load.ts'
import { explain } from '../../config/problem.ts'
import { examineCatalogue } from './doctor/catalogue.ts'
import { examineDatabase } from './doctor/database.ts'
import { broken, type Finding, lineOf, ok } from './doctor/finding.ts'
import { examineAccounts, examineClock, examinePublicUrl, examineRedis } from './doctor/network.ts'
import { examineDirectory, examineMail } from './doctor/people.ts'

function examineNode(): Finding {
  const [major] = process.versions.node.split('.').map(Number)
  if (major! >= 24) return ok('Node', process.versions.node)
  return broken(
    'Node',
    `${process.versions.node}, but the hub needs 24 or newer`,
    'Run npm ci and start with npm: it brings the right one.',
  )
}

/** Everything there is to say, in the order in which it is best put right. What cannot be asked because something before it is broken is left out. */
async function examine(): Promise<readonly Finding[]> {
  const node = examineNode()
  const loaded = loadConfiguration(adapters)
  if (!loaded.ok) {
    const problems = loaded.problems.map((problem) =>
      broken('configuration', explain(problem), 'The hub does not start until this is right.'),
    )
    return [node, ...problems]
  }
  const { environment, settings, accounts } = loaded.configuration
  const [database, redis, publicUrl, mail, directory, catalogue, checked, clock] = await Promise.all([
    examineDatabase(environment),
    examineRedis(environment),
    examinePublicUrl(settings, accounts),
    examineMail(settings),
    examineDirectory(settings),
    examineCatalogue(settings),
    examineAccounts(accounts),
    examineClock(accounts),
  ])
  return [
    node,
    ok('configuration', environment.configFile),
    ...database,
    redis,
    publicUrl,
    mail,
    directory,
    catalogue,
    ...clock,
    ...checked,
  ]
}

const findings = await examine()
for (const finding of findings) process.stdout.write(`${lineOf(finding)}\n`)
const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
process.stdout.write(`\n${count('ok')} ok, ${count('warning')} to look at, ${count('broken')} broken\n`)
process.exit(count('broken') > 0 ? 1 : 0)
