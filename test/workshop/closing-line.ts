/** The last line of a run, from the test runner's own report: `node test/workshop/closing-line.ts REPORT`. */
import { readFile } from 'node:fs/promises'

/** The part of Vitest's JSON report that counts. */
export interface Report {
  success: boolean
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/** `passed` is what the run as a whole is: a run that tested nothing has not passed. */
export function closingLine(report: Report): { line: string; passed: boolean } {
  // A file that could not be loaded has no test to count as failed, and is a failure all the same.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  const skipped = report.numPendingTests + report.numTodoTests
  const counts = [`${report.numPassedTests} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])]
  return { line: counts.join(', '), passed: report.success && failed === 0 && report.numPassedTests > 0 }
}

if (import.meta.main) {
  const { line, passed } = closingLine(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Report)
  console.log(line)
  process.exitCode = passed ? 0 : 1
}
