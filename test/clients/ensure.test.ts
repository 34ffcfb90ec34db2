/** The clients that the program brings itself. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { ensureClient } from '../../src/clients/ensure.ts'
import { checkRegistration } from '../../src/clients/metadata-rules.ts'
import { findClient } from '../../src/clients/store.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { disableClient } from './disable.ts'

let database: TestDatabase
let open: Database
const context = systemContext(systemClock)

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase({ url: database.url, poolSize: 4, log: createLog('silent') })
})
afterAll(async () => {
  await open[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

function ensure(id: string, redirectUri = 'http://localhost:3000/callback'): Promise<void> {
  const checked = checkRegistration({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return open.prisma.$transaction((tx) => ensureClient(tx, id, { ...checked.registration, name: 'Ours' }, context))
}

const eventsOf = async (id: string) => {
  const rows = await open.prisma.auditEvent.findMany({
    where: { targetId: id },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  })
  return rows.map(({ type, data }) => ({ type, data }))
}

test('makes one client, however many starts come at once', async () => {
  await Promise.all([ensure('ours-raced'), ensure('ours-raced'), ensure('ours-raced'), ensure('ours-raced')])
  expect(await findClient(open.prisma, 'ours-raced')).toMatchObject({
    name: 'Ours',
    origin: 'administrator',
    verified: false,
    redirectUris: ['http://localhost:3000/callback'],
    secrets: [],
  })
  expect((await eventsOf('ours-raced')).map(({ type }) => type)).toEqual(['client.created'])
})

test('writes nothing when nothing is to be changed', async () => {
  await ensure('ours-kept')
  const before = await findClient(open.prisma, 'ours-kept')
  await ensure('ours-kept')
  expect(await findClient(open.prisma, 'ours-kept')).toEqual(before)
  expect(await eventsOf('ours-kept')).toHaveLength(1)
})

test('changes what is to be changed, and notes it', async () => {
  await ensure('ours-moved')
  const before = await findClient(open.prisma, 'ours-moved')
  await ensure('ours-moved', 'http://localhost:4000/callback')
  expect(await findClient(open.prisma, 'ours-moved')).toMatchObject({
    redirectUris: ['http://localhost:4000/callback'],
    createdAt: before?.createdAt,
  })
  expect((await eventsOf('ours-moved')).at(-1)).toEqual({
    type: 'client.updated',
    data: { changed: ['redirect_uris'] },
  })
})

test('leaves a client disabled that an administrator has disabled', async () => {
  await ensure('ours-disabled')
  await disableClient({ db: open.prisma, clock: systemClock }, 'ours-disabled', context)
  await ensure('ours-disabled', 'http://localhost:4000/callback')
  expect((await findClient(open.prisma, 'ours-disabled'))?.disabledAt).toBeInstanceOf(Date)
})
