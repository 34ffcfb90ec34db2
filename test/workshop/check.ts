/** `npm run check`: types, lint, unused code and formatting, all at once; says which of them failed. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const checks = {
  types: 'tsc --noEmit',
  'types of the tests': 'tsc --noEmit --project test',
  lint: 'oxlint',
  'description of the API': 'node test/openapi/lint.ts',
  'unused code': 'knip --no-progress',
  formatting: 'prettier --check --cache --cache-strategy content --log-level warn .',
}

interface Outcome {
  name: string
  passed: boolean
  output: string
  seconds: string
}

/** npm puts the tools of this project, and its Node.js, on the path. */
async function run([name, command]: [string, string]): Promise<Outcome> {
  const startedAt = performance.now()
  const child = spawn(`${command} 2>&1`, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [output, code] = await Promise.all([text(child.stdout), exit])
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return { name, passed: code === 0, output: output.trim(), seconds }
}

const outcomes = await Promise.all(Object.entries(checks).map(run))

for (const { name, output } of outcomes.filter(({ passed }) => !passed)) {
  console.log(`\n── ${name} ${'─'.repeat(80 - name.length)}\n${output}`)
}
console.log()
for (const { name, passed, seconds } of outcomes) console.log(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`)
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1
