import { run as deadlines } from './deadlines.ts'
import { run as knowledge } from './knowledge.ts'
import { run as throughput } from './throughput.ts'
import { run as understanding } from './understanding.ts'

const benches = { throughput, deadlines, understanding, knowledge }

const given = process.argv.slice(2)
const [name, ...args] = given[0] === undefined || given[0].startsWith('-') ? ['throughput', ...given] : given
const bench = benches[name as keyof typeof benches]
if (!bench) {
  console.error(`There is no bench ${name}; there are ${Object.keys(benches).join(', ')}.`)
  process.exitCode = 2
} else await bench(args)
