/** The rules of the house hold: `npm run check` refuses what breaks them, and nothing escapes them by its place. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layers } from '../../oxlint.config.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const refused = [
  ['platform/a.ts', `import { b } from '../http/b.ts'`, 'this is above src/platform'],
  ['http/a.ts', `import { b } from '../audit/record.ts'`, 'this is above src/http'],
  ['audit/a.ts', `import { b } from '../users/user.ts'`, 'this is above src/audit'],
  ['users/deep/a.ts', `import { b } from '../../oidc/provider.ts'`, 'this is above src/users'],
  ['users/b.ts', `import type { B } from '../pages/account/b.ts'`, 'this is above src/users'],
  ['users/c.ts', `export { b } from '../server.ts'`, 'this is above src/users'],
  ['oidc/a.ts', `import { b } from '../check/steps.ts'`, 'this is above src/oidc'],
  ['check/a.ts', `import { b } from '../pages/b.ts'`, 'this is above src/check'],
  ['server.ts', `import { b } from './cli/b.ts'`, 'this is above src/server.ts'],
  ['users/d.ts', `import { b } from '../clients/client.ts'`, 'beside src/users: only its types'],
  ['cli/a.ts', `import { b } from '../main.ts'`, 'beside src/cli: only its types'],
  ['users/e.ts', `import { b } from '../config.ts'`, 'The configuration is an argument'],
  ['platform/b.ts', `import { b } from '../environment.ts'`, 'The configuration is an argument'],
  ['environment.ts', `import { b } from './platform/log.ts'`, 'this is above src/environment.ts'],
  ['users/f.ts', `import { PrismaClient } from '@prisma/client'`, 'know Prisma'],
  ['pages/a.ts', `import type { User } from '../platform/prisma/client.ts'`, 'know Prisma'],
  ['pages/console/a.ts', `import Provider from 'oidc-provider'`, 'Only oidc/ knows the provider'],
  ['cli/b.ts', `import { interactionPolicy } from 'oidc-provider'`, 'Only oidc/ knows the provider'],
  ['http/b.ts', `import { env } from 'node:process'`, 'Only config.ts reads the environment'],
  ['users/g.ts', `export const home = process.env['HOME']`, 'process.env'],
  ['users/h.ts', `import { i } from './i.ts'; export const h = () => i`, 'cycle'],
  ['users/i.ts', `import { h } from './h.ts'; export const i = () => h`, 'cycle'],
  ['users/j.ts', `export function j() { Promise.resolve(1) }`, 'Promises must be awaited'],
  [
    'users/k.ts',
    `export const k = (p: Promise<boolean>) => { if (p) return 1; return 2 }`,
    'Expected non-Promise value',
  ],
  ['users/l.ts', `export async function l(n: number) { await n }`, 'non-Promise'],
] as const

const accepted = [
  ['main.ts', `import { b } from './server.ts'; import { c } from './config.ts'`],
  ['cli/c.ts', `import { b } from '../server.ts'; import { c } from '../config.ts'`],
  ['config.ts', `export const home = process.env['HOME']`],
  [
    'pages/account/b.ts',
    `import { b } from '../../oidc/b.ts'; import { c } from '../../users/c.ts'; import { d } from '../d.ts'`,
  ],
  ['users/m.ts', `import type { Client } from '../clients/client.ts'; import type { Config } from '../config.ts'`],
  [
    'users/n.ts',
    `import { b } from '../audit/record.ts'; import { c } from '../http/c.ts'; import { d } from '../platform/d.ts'`,
  ],
  ['users/store.ts', `import { Prisma } from '../platform/prisma/client.ts'`],
  ['oidc/tokens/store.ts', `import { Prisma } from '../../platform/prisma/client.ts'`],
  ['oidc/provider.ts', `import Provider from 'oidc-provider'`],
  ['platform/database.ts', `import { PrismaPg } from '@prisma/adapter-pg'`],
] as const

const houseRules = ['eslint(no-restricted-imports)', 'node(no-process-env)', 'import(no-cycle)']

interface Diagnostic {
  filename: string
  code: string
  message: string
  help?: string
}

describe('the linter', () => {
  let house: string
  let diagnostics: Diagnostic[]

  beforeAll(async () => {
    house = await mkdtemp(path.join(tmpdir(), 'keygrant-house-'))
    await symlink(path.join(root, 'node_modules'), path.join(house, 'node_modules'))
    for (const file of ['oxlint.config.ts', 'tsconfig.json', 'package.json']) {
      await copyFile(path.join(root, file), path.join(house, file))
    }
    for (const [file, code] of [...refused, ...accepted]) {
      const target = path.join(house, 'src', file)
      await mkdir(path.dirname(target), { recursive: true })
      await writeFile(target, `${code}\n`)
    }
    const report = await output('oxlint', ['--format', 'json', 'src'], house)
    diagnostics = (JSON.parse(report) as { diagnostics: Diagnostic[] }).diagnostics
  })

  afterAll(() => rm(house, { recursive: true }))

  const foundIn = (file: string): Diagnostic[] => diagnostics.filter(({ filename }) => filename === `src/${file}`)

  test.for(refused)('refuses in %s: %s', ([file, , reason]) => {
    expect(foundIn(file).map(({ message, help }) => `${message} ${help ?? ''}`)).toContainEqual(
      expect.stringContaining(reason),
    )
  })

  test.for(accepted)('accepts in %s: %s', ([file]) => {
    expect(foundIn(file).filter(({ code }) => houseRules.includes(code))).toEqual([])
  })
})

describe('src', () => {
  test('has no part without a place in the layers', async () => {
    const parts = await readdir(path.join(root, 'src'))
    expect(parts.filter((part) => !layers.flat().includes(part))).toEqual([])
  })

  test('has no file that is named for being a rest', async () => {
    expect((await sources()).filter((file) => /(utils?|helpers?|common|shared|misc)(\/|\.ts$)/.test(file))).toEqual([])
  })

  test('imports none of its files at run time, past the rules for imports', async () => {
    const lazy = await sourcesWith(/\bimport\(\s*['"`]\.[^)]*\)(?!\.[A-Z])/)
    // The command loads what a verb needs, so that help comes at once; above it there is nothing that it could reach. The
    // documentation is loaded from its own folder for its first reader, so that no start waits for it.
    const known = (file: string) =>
      file.startsWith(path.join('cli', path.sep)) || file === path.join('pages', 'docs', 'routes.ts')
    expect(lazy.filter((file) => !known(file))).toEqual([])
  })

  test('says at the top of each file, in a comment, what the file is', async () => {
    const silent = await sourcesWith(/^(?!(#!.*\n)?\/\*\*|\/\/)/)
    expect(silent).toEqual([])
  })
})

async function sources(): Promise<string[]> {
  const files = await readdir(path.join(root, 'src'), { recursive: true })
  return files.filter((file) => file.endsWith('.ts') && !file.startsWith(path.join('platform', 'prisma', path.sep)))
}

async function sourcesWith(pattern: RegExp): Promise<string[]> {
  const files = await sources()
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, 'src', file), 'utf8')))
  return files.filter((_, index) => pattern.test(texts[index] ?? ''))
}

/** What a tool of the project prints, whether or not it found faults. */
async function output(tool: string, args: string[], cwd: string): Promise<string> {
  return await new Promise((resolve) => {
    execFile(path.join(root, 'node_modules/.bin', tool), args, { cwd }, (_, stdout) => {
      resolve(stdout)
    })
  })
}
