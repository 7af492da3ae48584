// Adds up the JSON reports of vitest; the last line says how many passed, failed and were skipped. Ends with 1 unless all passed.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const path of process.argv.slice(2)) {
  let report
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    console.log(`!! ${path.split('/').at(-1)}: the suite left no report`)
    sum.failed += 1
    continue
  }
  for (const { name, status, message, assertionResults, onlySecond } of report.testResults) {
    const file = relative('.', name)
    if (onlySecond) console.log(`!! passed only the second time: ${file}`)
    const told = assertionResults.some((one) => one.status === 'failed')
    if (status === 'failed' && !told) sum.failed += 1
    if (status === 'failed' && !told) console.log(`!! ${file}: ${message || 'failed outside its tests'}`)
    for (const { fullName, status: one } of assertionResults) {
      sum[one === 'passed' || one === 'failed' ? one : 'skipped'] += 1
      if (one !== 'passed') console.log(`!! ${one}: ${fullName} (${file})`)
    }
  }
  if (report.testResults.length === 0) sum.failed += 1
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed + sum.skipped === 0 && sum.passed > 0 ? 0 : 1
