/** The server is killed, held up and started again beneath the SDK: who asks gets a 503 or goes on, as it was said, and nothing that was revoked meanwhile slips through. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVerifier, type Decide, type Verifier } from '../../packages/verify/src/index.ts'
import { notify } from '../../src/platform/changes.ts'
import { addAdministratorKey, addApiKey, addResource, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { openServerProcess, type ServerProcess } from './server-process.ts'
import { codeOf } from './stage.ts'

let server: ServerProcess
let resource: string
const lines: string[] = []
const verifiers: Verifier[] = []
let deny: Decide
let stale: Decide
/** For the expiry that `stale` judges by. */
let aheadMs = 0

beforeAll(async () => {
  server = await openServerProcess()
  resource = await addResource(server, 'reports', { 'reports:read': 'anyone' })
  const { key: apiKey } = await addAdministratorKey(server)
  await server.start()
  const log = { warn: (line: string) => void lines.push(line) }
  const common = { issuer: server.url, apiKey, resource, timeoutMs: 500, log }
  verifiers.push(
    createVerifier(common),
    createVerifier({ ...common, onOutage: 'stale', now: () => Date.now() + aheadMs }),
  )
  for (const verifier of verifiers) await verifier.ready
  deny = verifiers[0]!.requireScope('reports:read')
  stale = verifiers[1]!.requireScope('reports:read')
})
afterAll(async () => {
  for (const verifier of verifiers) await verifier.close()
  await server[Symbol.asyncDispose]()
})

const addKey = (columns: Parameters<typeof addApiKey>[1] = {}) =>
  addApiKey(server, { scopes: ['reports:read'], tier: 'pro', ...columns })
const ask = async (decide: Decide, { key }: TestKey) => codeOf(await decide({ credential: key }))
const allTold = () => eventually(() => expect(verifiers.map(({ state }) => state.unitsToTell)).toEqual([0, 0]))

const heard = (hears: boolean) =>
  eventually(() => expect(verifiers.map(({ state }) => state.hearsRevocations)).toEqual([hears, hears]))

/** As another node would do it, while the one that is listened to is away. */
async function revokeElsewhere({ id }: TestKey): Promise<void> {
  await server.db.$transaction(async (tx) => {
    await tx.apiKey.update({ where: { id }, data: { revokedAt: new Date() } })
    await notify(tx, { kind: 'api_key', id })
  })
}

/** The first answer that is none of an outage. */
async function firstWord(decide: Decide, key: TestKey): Promise<string> {
  return eventually(async () => {
    const code = await ask(decide, key)
    if (code === 'unavailable') throw new Error('it is still away')
    return code
  })
}

describe.each([
  ['killed', () => server.kill(), () => server.start()],
  ['held up', () => server.holdUp(), () => server.goOn()],
] as const)('%s', (_way, goes, comesBack) => {
  let known: TestKey
  let doomed: TestKey
  let small: TestKey
  let linesBefore: number
  beforeAll(async () => {
    ;[known, doomed] = [await addKey(), await addKey()]
    small = await addKey({ limits: { hour: 20, burst: { size: 20, refill_per_second: 0.001 } } })
    await heard(true)
    for (const key of [known, doomed, small]) {
      for (const decide of [deny, stale])
        if (!(await decide({ credential: key.key })).allowed) throw new Error('it should have passed')
    }
    await allTold()
    linesBefore = lines.length
    await goes()
  })

  test('what was not known can not be known: a 503, and never a 401', async () => {
    const unknown = await addKey()
    for (const decide of [deny, stale]) {
      expect(await decide({ credential: unknown.key })).toMatchObject({
        status: 503,
        code: 'unavailable',
        retryAfterSeconds: 2,
      })
    }
    expect(await deny({ headers: {} })).toMatchObject({ status: 401, code: 'missing' })
  })

  test('what is held goes on for a few seconds, and then is a 503, or goes on as it was said', async () => {
    await heard(false)
    expect(await ask(deny, known)).toBe('unavailable')
    expect(await ask(stale, known)).toBe('valid')
  })

  test('going on ends with what was left of its limits, and with its expiry', async () => {
    const codes: string[] = []
    for (let number = 0; number < 25; number++) codes.push(await ask(stale, small))
    // Two of its twenty had passed before.
    expect(codes).toEqual([
      ...Array.from({ length: 18 }, () => 'valid'),
      ...Array.from({ length: 7 }, () => 'rate_limited'),
    ])
    aheadMs = 91 * 86_400_000
    expect(await ask(stale, known)).toBe('expired')
    aheadMs = 0
  })

  test('when it comes back nothing that was revoked meanwhile passes, and what passed is told', async () => {
    await revokeElsewhere(doomed)
    await comesBack()
    expect(await firstWord(deny, doomed)).toBe('revoked')
    expect(await firstWord(deny, known)).toBe('valid')
    await eventually(async () => expect(await ask(stale, doomed)).toBe('revoked'))
    await allTold()
    // By the other verifier, whom nobody but the server can have told.
    await eventually(async () => expect(await ask(deny, small)).toBe('rate_limited'))
  })

  test('an operator is told once, and no credential is in it', () => {
    const since = lines.slice(linesBefore)
    expect(since.filter((line) => line.includes('revocation feed is away'))).toHaveLength(2)
    for (const { key } of [known, doomed, small]) expect(since.join()).not.toContain(key)
  })
})
