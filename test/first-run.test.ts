/** What a first start tells, and where. */
import { lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from '../src/config.ts'
import { reportFirstRun } from '../src/first-run.ts'
import { createLog } from '../src/platform/log.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keygrant-first-run-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

type Told = Parameters<typeof reportFirstRun>[0]
const url = 'http://localhost:3000'
const link = { outcome: 'link', signInLink: `${url}/links/x`, email: 'a@localhost', expiresAt: new Date() } as const
const key = { outcome: 'created', keyId: 'key_x', secret: 'kg_live_x' } as const
const nothing = { outcome: 'nothing_to_do' } as const

const report = (told: Pick<Told, 'firstAdministrator' | 'bootstrapKey'>) => {
  const config = { dataDir, apiUrl: url, mode: 'development' } as Config
  return reportFirstRun({ url, ...told }, config, createLog('silent'), { isTTY: false } as typeof process.stdout)
}
const file = () => join(dataDir, 'first-run.json')
const read = async () => JSON.parse(await readFile(file(), 'utf8')) as unknown

test('a later start’s link keeps the key that is in the file, and its owner alone reads it', async () => {
  await report({ firstAdministrator: link, bootstrapKey: key })
  await report({ firstAdministrator: { ...link, signInLink: `${url}/links/y` }, bootstrapKey: nothing })
  expect(await read()).toEqual({ url, sign_in_link: `${url}/links/y`, api_key: 'kg_live_x' })
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

test('a key without a link is told, and a file that is no JSON gives way', async () => {
  await writeFile(file(), 'nonsense', { mode: 0o644 })
  await report({ firstAdministrator: { outcome: 'created', email: 'a@example.com' }, bootstrapKey: key })
  expect(await read()).toEqual({ url, sign_in_link: null, api_key: 'kg_live_x' })
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

test('a link in the file’s place is not followed', async () => {
  const elsewhere = join(dataDir, 'elsewhere')
  await writeFile(elsewhere, '{}', { mode: 0o644 })
  await symlink(elsewhere, file())
  await report({ firstAdministrator: link, bootstrapKey: key })
  expect(await readFile(elsewhere, 'utf8')).toBe('{}')
  expect((await lstat(file())).isFile()).toBe(true)
})

test('a key that the configuration chose is told nowhere', async () => {
  await report({ firstAdministrator: nothing, bootstrapKey: { ...key, secret: null } })
  await expect(stat(file())).rejects.toThrow('ENOENT')
})
