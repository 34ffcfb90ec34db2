/**
 * `npm run bench:revocation`: two nodes on one database. Something is revoked on the one, and the other is asked without
 * pause: how long after the 200 does it go on saying yes?
 */
import { parseArgs } from 'node:util'
import { connect } from '../src/platform/database-connection.ts'
import { openDatabaseProxy } from '../test/support/database-proxy.ts'
import { checkedApis, gatewayKey, keyIdOf, prepareCheckData } from './support/check-data.ts'
import { openFlows } from './support/check-servers.ts'
import { openConnection, type Reply } from './support/connection.ts'
import { openServer } from './support/keygrant.ts'
import { formOf } from './support/form.ts'
import { keyOf } from './support/keys.ts'
import { closeListeners, heardAgain, ready } from './support/listeners.ts'
import { codeFlow } from './support/operations.ts'
import { openPostgres } from './support/postgres.ts'
import { paths } from './support/questions.ts'
import { table } from './support/report.ts'
import { spread } from './support/rounds.ts'

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '100' },
    /** Each of them takes more than five seconds. */
    'silent-tries': { type: 'string', default: '10' },
  },
})
const tries = Number(values.tries)
const silentTries = Number(values['silent-tries'])

await using postgres = await openPostgres()
const databaseUrl = await postgres.createDatabase()
await prepareCheckData(databaseUrl, 2 * tries + silentTries)
await using proxy = await openDatabaseProxy(databaseUrl)
await using one = await openServer(databaseUrl)
// The other hears of changes through a network that can fall silent.
await using other = await openServer(databaseUrl, {
  settings: { PUBLIC_URL: one.url, DATABASE_DIRECT_URL: proxy.url },
})
await using client = await connect(databaseUrl, 'bench')
using revoking = await openConnection(one.port)
using asking = await openConnection(other.port)
const flows = await openFlows(one, databaseUrl, 2 * tries)

let keys = 0
let people = 0
const rows = [
  ['', 'tries', 'median ms', 'worst ms', 'answered'],
  await measured('a key', tries, storedKey),
  await measured('a JWT whose grant was cut off', tries, grantedToken),
  await measured('a key, the listeners closed just before', tries, async () => withoutListeners(await storedKey())),
  await measured('a JWT, the listeners closed just before', tries, async () => withoutListeners(await grantedToken())),
  await measured('a key, the network silent since just before', silentTries, async () => inSilence(await storedKey())),
]
console.log(table('from the 200 of the revocation to the first no of the other node', rows))

interface Revocable {
  headers: Record<string, string>
  /** Resolves with the 200. */
  revoke(): Promise<void>
  /** Brings everything back. */
  after?(): Promise<void>
}

async function storedKey(): Promise<Revocable> {
  const own = keys++
  const id = await keyIdOf(client, own)
  return {
    headers: { 'x-api-key': keyOf('stored', own) },
    revoke: async () => accepted(await revoking.delete(`/v1/keys/${id}`, { 'x-api-key': gatewayKey })),
  }
}

/** A person's, who then takes the grant back on the page of connected apps. */
async function grantedToken(): Promise<Revocable> {
  const slot = flows.slots[people++]!
  await codeFlow(flows, checkedApis.jwt)(revoking, slot)
  const { body } = await revoking.get('/account/connected-apps', { cookie: slot.cookie })
  const path = /\/account\/connected-apps\/grt_\w+/.exec(body)?.[0] ?? ''
  const { cookie, token } = formOf(await revoking.get(path, { cookie: slot.cookie }))
  const form = new URLSearchParams({ _csrf: token })
  return {
    headers: { authorization: `Bearer ${slot.accessToken}` },
    revoke: async () => accepted(await revoking.post(path, form, { cookie: `${slot.cookie}; ${cookie}` })),
  }
}

function accepted({ status, body }: Reply): void {
  if (status < 200 || status > 204) throw new Error(`the revocation was answered ${status}\n${body}`)
}

/** The connections are closed, so what is revoked at once after that is told to nobody. */
function withoutListeners(revocable: Revocable): Revocable {
  let gone: number[] = []
  return {
    ...revocable,
    async revoke() {
      gone = await closeListeners(client)
      await revocable.revoke()
    },
    after: () => heardAgain(client, gone, [one.port, other.port]),
  }
}

/** Nothing reaches the other node any more, and nothing is closed. */
function inSilence(revocable: Revocable): Revocable {
  return {
    ...revocable,
    async revoke() {
      proxy.freeze()
      await revocable.revoke()
    },
    async after() {
      proxy.thaw()
      await ready(other.port)
    },
  }
}

/** @returns a row of the table */
async function measured(name: string, count: number, open: () => Promise<Revocable>): Promise<string[]> {
  const times: number[] = []
  const statuses = new Set<number>()
  for (let turn = 0; turn < count; turn++) {
    const { headers, revoke, after } = await open()
    // Twice: then it comes from memory.
    for (const _ of [1, 2]) await expectYes(headers)
    const { status, milliseconds } = await firstNo(headers, revoke)
    times.push(milliseconds)
    statuses.add(status)
    await after?.()
    const { status: later } = await asking.get(paths.check, headers)
    if (later !== 401) throw new Error(`${name}: answered ${later} after it was revoked`)
  }
  const { median, greatest } = spread(times)
  return [name, String(count), median.toFixed(1), greatest.toFixed(1), [...statuses].join(', ')]
}

async function expectYes(headers: Record<string, string>): Promise<void> {
  const { status, body, header } = await asking.get(paths.check, headers)
  if (status !== 200) throw new Error(`a check was answered ${status} ${header('x-auth-code')}\n${body}`)
}

/** Asks without pause until the answer is no. 0 milliseconds: it was no before the 200 arrived. */
async function firstNo(
  headers: Record<string, string>,
  revoke: () => Promise<void>,
): Promise<{ status: number; milliseconds: number }> {
  let revokedAt = Number.NaN
  const revoked = revoke().then(() => {
    revokedAt = performance.now()
  })
  for (;;) {
    const { status } = await asking.get(paths.check, headers)
    if (status === 200) continue
    const answeredAt = performance.now()
    await revoked
    return { status, milliseconds: Math.max(0, answeredAt - revokedAt) }
  }
}
