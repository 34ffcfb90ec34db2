import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateClient } from '../../src/platform/database-generate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let project: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'keygrant-generate-'))
  for (const file of ['package.json', 'prisma.config.ts', 'prisma']) {
    await cp(join(root, file), join(project, file), { recursive: true })
  }
  await mkdir(join(project, 'src/platform'), { recursive: true })
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
})
afterAll(() => rm(project, { recursive: true, force: true }))

const models = () => readdir(join(project, 'src/platform/prisma/models'))

test('makes the client, also when several processes find it missing at once, and leaves nothing else behind', async () => {
  const made = await Promise.all([generateClient(project), generateClient(project)])
  expect(made).toEqual([true, true])
  expect(await models()).toContain('User.ts')
  expect(await readdir(join(project, 'src/platform'))).toEqual(['prisma'])
  expect(await readFile(join(project, 'src/platform/prisma/internal/class.ts'), 'utf8')).not.toContain(project)
})

test('does nothing while the schema stays the same, and makes it anew when it changes', async () => {
  expect(await generateClient(project)).toBe(false)
  await appendFile(join(project, 'prisma/schema.prisma'), '\nmodel Fruit {\n  id String @id\n}\n')
  expect(await generateClient(project)).toBe(true)
  expect(await models()).toContain('Fruit.ts')
  expect(await generateClient(project)).toBe(false)
})
