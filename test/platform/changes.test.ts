import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  changesChannel,
  notify,
  notifyStatement,
  openChanges,
  type Change,
  type Changes,
} from '../../src/platform/changes.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database-connection.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const log = createLog('silent')
const clock = systemClock

let server: TestDatabase
let database: Database
beforeAll(async () => {
  server = await createTestDatabase()
  database = openDatabase({ url: server.url, poolSize: 2, log })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** A node that writes down what it hears. */
async function openNode(
  url = server.url,
  // On a busy machine Postgres may take its time: only what is about silence is tested with the standard patience.
  patience: { blindAfterMs?: number } = { blindAfterMs: 30_000 },
): Promise<Changes & { heard: string[] }> {
  const changes = await openChanges({ url, log, clock, ...patience })
  const heard: string[] = []
  for (const kind of ['client', 'user'] as const) changes.on(kind, (id) => heard.push(`${kind} ${id}`))
  changes.onGap(() => heard.push('gap'))
  return Object.assign(changes, { heard })
}

const announce = (...changes: Change[]) => database.prisma.$transaction((tx) => notify(tx, ...changes))

async function endListeners(): Promise<void> {
  await using client = await connect(server.url, 'test')
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'keygrant changes'`,
  )
}

describe('a change', () => {
  test('reaches every node, the one that made it included, by kind', async () => {
    await using one = await openNode()
    await using other = await openNode()
    await announce({ kind: 'client', id: 'c1' }, { kind: 'family', id: 'f1' }, { kind: 'user', id: 'u1' })
    for (const node of [one, other]) await eventually(() => expect(node.heard).toEqual(['client c1', 'user u1']))
  })

  test('is announced when its transaction commits and not before; never if it is rolled back', async () => {
    await using node = await openNode()
    await database.prisma.$transaction(async (tx) => {
      await notify(tx, { kind: 'client', id: 'first' })
      await announce({ kind: 'client', id: 'second, and committed earlier' })
    })
    const failing = database.prisma.$transaction(async (tx) => {
      await notify(tx, { kind: 'client', id: 'never' })
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    await announce({ kind: 'client', id: 'last' })
    await eventually(() => expect(node.heard).toContain('client last'))
    expect(node.heard).toEqual(['client second, and committed earlier', 'client first', 'client last'])
  })

  test('can be announced by a statement of pg', async () => {
    await using node = await openNode()
    await database.pool.query(notifyStatement({ kind: 'user', id: 'u1' }, { kind: 'user', id: 'u2' }))
    await eventually(() => expect(node.heard).toEqual(['user u1', 'user u2']))
  })

  test('of a kind that only a newer version knows is passed over', async () => {
    await using node = await openNode()
    await database.pool.query('SELECT pg_notify($1, $2)', [changesChannel, '{"kind":"moon","id":"m1","phase":3}'])
    await announce({ kind: 'user', id: 'u1' })
    await eventually(() => expect(node.heard).toEqual(['user u1']))
  })

  test.each(['not JSON', 'null', ''])(
    'that can not be read (%j) makes nodes forget what they hold',
    async (payload) => {
      await using node = await openNode()
      await database.pool.query('SELECT pg_notify($1, $2)', [changesChannel, payload])
      await announce({ kind: 'user', id: 'u1' })
      await eventually(() => expect(node.heard).toEqual(['gap', 'user u1']))
    },
  )

  test('that a handler fails on makes the node forget what it holds, and go on', async () => {
    await using node = await openNode()
    node.on('user', () => {
      throw new Error('a fault in a cache')
    })
    await announce({ kind: 'user', id: 'u1' })
    await announce({ kind: 'client', id: 'c1' })
    await eventually(() => expect(node.heard).toEqual(['user u1', 'gap', 'client c1']))
  })
})

describe('the connection for changes', () => {
  test('asks again and again whether it is alive', async () => {
    await using node = await openNode()
    expect(node.state()).toBe('live')
    const before = node.lastHeartbeatAt
    await eventually(() => expect(node.lastHeartbeatAt.getTime()).toBeGreaterThan(before.getTime()))
    expect(node.state()).toBe('live')
  })

  test('tells of a gap at once when it is lost, again when it is back, and hears again', async () => {
    await using proxy = await openDatabaseProxy(server.url)
    await using node = await openNode(proxy.url)
    await proxy.refuse()
    await eventually(() => expect(node.heard).toEqual(['gap']))
    expect(node.state()).toBe('blind')
    await announce({ kind: 'user', id: 'unheard' })
    await proxy.restore()
    await eventually(() => expect(node.heard).toEqual(['gap', 'gap']))
    expect(node.state()).toBe('live')
    await announce({ kind: 'user', id: 'u1' })
    await eventually(() => expect(node.heard).toEqual(['gap', 'gap', 'user u1']))
  })

  test('comes back when an operator ends it', async () => {
    await using node = await openNode()
    await endListeners()
    await eventually(() => expect(node.heard).toEqual(['gap', 'gap']))
    await announce({ kind: 'client', id: 'c1' })
    await eventually(() => expect(node.heard).toContain('client c1'))
  })

  test('is blind when nothing is heard from it, and hears what comes after', async () => {
    await using proxy = await openDatabaseProxy(server.url)
    await using node = await openNode(proxy.url, {})
    proxy.freeze()
    await eventually(() => expect(node.state()).toBe('blind'))
    expect(node.silenceMs()).toBeGreaterThan(1_000)
    expect(node.heard).toEqual([])
    proxy.thaw()
    await eventually(() => expect(node.state()).toBe('live'))
    await announce({ kind: 'user', id: 'u1' })
    // A gap comes before it if the connection had been given up by then; if its answer still came, nothing was missed.
    await eventually(() => expect(node.heard.filter((one) => one !== 'gap')).toEqual(['user u1']))
  })

  test('is not taken for silent because this process was busy', async () => {
    await using node = await openNode(server.url, { blindAfterMs: 2_000 })
    for (let round = 0; round < 3; round++) {
      const until = performance.now() + 2_100
      while (performance.now() < until);
      const before = node.lastHeartbeatAt
      await eventually(() => expect(node.lastHeartbeatAt.getTime()).toBeGreaterThan(before.getTime()))
    }
    expect(node.heard).toEqual([])
  })

  test('ends while the database is away', async () => {
    await using proxy = await openDatabaseProxy(server.url)
    const node = await openNode(proxy.url)
    await proxy.refuse()
    await eventually(() => expect(node.heard).toEqual(['gap']))
    await node[Symbol.asyncDispose]()
    expect(node.state()).toBe('blind')
  })

  test('must be there at the start', async () => {
    const url = new URL(server.url)
    url.pathname = '/absent'
    await expect(openChanges({ url: url.href, log, clock })).rejects.toThrow('"absent" does not exist')
  })
})
