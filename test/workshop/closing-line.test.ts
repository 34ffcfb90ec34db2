/** The closing line tells the truth about the runs that are easily taken for good ones. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { closingLine, type Report } from './closing-line.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const passing = `import { test } from 'vitest'\ntest('passes', () => {})\n`
const failing = `import { test } from 'vitest'\ntest('fails', () => { throw new Error('fault') })\n`
const unloadable = `import './missing.ts'\n`
const skipping = `import { test } from 'vitest'\ntest.skip('is skipped', () => {})\n`

const runs = [
  ['one test passed', { passing }, { line: '1 passed, 0 failed', passed: true }],
  ['one of two failed', { passing, failing }, { line: '1 passed, 1 failed', passed: false }],
  ['one file could not be loaded', { passing, unloadable }, { line: '1 passed, 1 failed', passed: false }],
  ['every test was skipped', { skipping }, { line: '0 passed, 0 failed, 1 skipped', passed: false }],
] as const

test.concurrent.for(runs)('%s', async ([, files, expected]) => {
  expect(closingLine(await reportOf(files))).toEqual(expected)
})

/** Runs Vitest on the files, in a folder of their own. */
async function reportOf(files: Record<string, string>): Promise<Report> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keygrant-closing-line-'))
  try {
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    for (const [name, code] of Object.entries(files)) await writeFile(path.join(folder, `${name}.test.ts`), code)
    const report = path.join(folder, 'report.json')
    await new Promise<void>((resolve) => {
      const args = ['run', '--root', folder, '--reporter', 'json', '--outputFile', report]
      execFile(path.join(root, 'node_modules/.bin/vitest'), args, { cwd: folder }, () => {
        resolve()
      })
    })
    return JSON.parse(await readFile(report, 'utf8')) as Report
  } finally {
    await rm(folder, { recursive: true })
  }
}
