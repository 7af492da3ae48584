// Adds up the JSON reports of vitest; the last line says how many passed, failed and were skipped. Ends with 1 unless all passed.
import { readFileSync } from 'node:fs'

const sum = { passed: 0, failed: 0, skipped: 0 }
for (const file of process.argv.slice(2)) {
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.log(`!! ${file.split('/').at(-1)}: the suite left no report`)
    sum.failed += 1
    continue
  }
  sum.passed += report.numPassedTests
  sum.failed += report.numFailedTests
  sum.skipped += report.numPendingTests + report.numTodoTests
  for (const { name, status, message, assertionResults } of report.testResults) {
    const told = assertionResults.some((result) => result.status === 'failed')
    if (status === 'failed' && !told) sum.failed += 1
    if (status === 'failed' && !told) console.log(`!! ${name}: ${message || 'failed outside its tests'}`)
    for (const { fullName, status: one } of assertionResults) if (one !== 'passed') console.log(`!! ${one}: ${fullName}`)
  }
  if (report.testResults.length === 0) sum.failed += 1
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed + sum.skipped === 0 && sum.passed > 0 ? 0 : 1
