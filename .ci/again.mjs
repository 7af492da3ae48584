// again <report> <command…>: a test file that failed is run once more, alone and with one worker; what came of it takes its place in the report.
// Ends with 1 where a file failed twice, or where the suite failed for something that no file tells.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** So many at once are no accident of the machine. */
const mostFiles = 10

const [path, command, ...args] = process.argv.slice(2)
const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { testResults: [] }
  }
}
const report = read(path)
const failed = report.testResults.filter(({ status }) => status === 'failed')
if (failed.length === 0) console.log('!! the suite failed, and no test file says why')
if (failed.length > mostFiles) console.log(`!! ${failed.length} test files failed: none is run again`)
const tried = failed.length > mostFiles ? [] : failed

for (const { name } of tried) {
  const own = `${path}.again`
  writeFileSync(own, '')
  console.log(`== again, alone: ${relative('.', name)}`)
  const flags = ['--maxWorkers=1', '--reporter=default', '--reporter=json', `--outputFile.json=${own}`]
  const { status } = spawnSync(command, [...args, '--', ...flags, relative('.', name)], { stdio: 'inherit', timeout: 900_000 })
  const second = read(own).testResults.find((one) => one.name === name)
  if (!second) continue
  const passed = status === 0 && second.status === 'passed'
  report.testResults = report.testResults.map((one) => (one.name === name ? { ...second, onlySecond: passed } : one))
}
if (tried.length > 0) writeFileSync(path, JSON.stringify(report))
process.exitCode = failed.length > 0 && report.testResults.every(({ status }) => status === 'passed') ? 0 : 1
