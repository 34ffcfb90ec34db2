/**
 * A server that is killed without warning, again and again, in the middle of changes: what was committed is told to who
 * listens, and the audit trail stays whole.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { systemContext } from '../../src/audit/record.ts'
import { verifyAudit, type AuditVerification } from '../../src/audit/verify.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createEndpoint } from '../../src/webhooks/create.ts'
import { openReceiver } from '../webhooks/receiver.ts'
import { addAdministratorKey } from './api.ts'
import { nodeEnvironment } from './node-environment.ts'
import { testSecretKey } from './secret-key.ts'
import { freePort } from './server.ts'

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const AT_ONCE = 4
/** For all of it. */
const PATIENCE_MS = 150_000

export interface KillRun {
  /** Migrated. */
  databaseUrl: string
  kills: number
  changes: number
  /** Lets the time pass after which what a dead server was at is taken up again, in place of waiting for it. */
  hurry?: boolean
  patienceMs?: number
}

export interface KillReport {
  /** Keys that were made, by name: each asked for until the answer came, with one Idempotency-Key. */
  made: string[]
  /** What the receiver was told, by the name of the key and the event's id: more than one where it was told twice. */
  told: { name: string; id: string }[]
  /** Requests whose answer never came. */
  unanswered: number
  /** From the start of a process to its first answer. */
  startMs: number[]
  audit: AuditVerification
}

export async function surviveKills({
  databaseUrl,
  kills,
  changes,
  hurry = false,
  patienceMs = PATIENCE_MS,
}: KillRun): Promise<KillReport> {
  await using opening = new AsyncDisposableStack()
  const { prisma: db, pool } = opening.use(openDatabase({ url: databaseUrl, poolSize: 3, log: createLog('silent') }))
  const secrets = createSecrets([testSecretKey])
  const receiver = opening.use(await openReceiver())
  const { key, organizationId: organization_id } = await addAdministratorKey({ db, secrets, clock })
  const wanted = { organizationId: null, name: 'All', url: receiver.url, types: ['api_key.created'], ownerId: null }
  const made = await db.$transaction((tx) => createEndpoint(tx, { secrets }, wanted, systemContext(clock)))
  if (made.outcome !== 'created') throw new Error(made.outcome)
  const { secret } = made

  const until = performance.now() + patienceMs
  const demandPatience = () => {
    if (performance.now() > until) throw new Error(`${done} changes of ${changes} are made, and nothing more happens`)
  }
  const server = opening.use(await openProcess(databaseUrl))
  const startMs = [await server.start()]
  let [next, done, unanswered] = [0, 0, 0]

  async function change(): Promise<void> {
    while (next < changes) {
      const name = `change ${next++}`
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      }
      const body = JSON.stringify({ name, scopes: [], organization_id })
      for (;;) {
        const answer = await fetch(`${server.url}/v1/keys`, { method: 'POST', headers, body }).catch(() => null)
        const text = await answer?.text().catch(() => null)
        if (answer && text !== null && answer.status === 201) break
        // Nothing came, or the one before is still being ended by the database, or it isn't up yet.
        if (answer && text !== null && ![409, 503].includes(answer.status)) throw new Error(text ?? '')
        if (!answer || text === null) unanswered++
        demandPatience()
        await delay(20)
      }
      done++
    }
  }

  const told: { name: string; id: string }[] = []
  let heard = 0
  /** Soon after they come: a signature is good for five minutes (Standard Webhooks). */
  function hear(): void {
    for (const { headers, body, verified } of receiver.received.slice(heard)) {
      heard++
      // The first start made a key, too.
      if (!body.includes('"change ')) continue
      told.push({ name: verified(secret).data['name'] as string, id: String(headers['webhook-id']) })
    }
  }

  const changing = Promise.all(Array.from({ length: AT_ONCE }, change))
  for (let kill = 1; kill <= kills; kill++) {
    while (done < Math.floor((kill * changes) / (kills + 1)))
      await Promise.race([delay(5), changing.then(() => delay(5))])
    hear()
    await delay(Math.random() * 100)
    await server.kill()
    startMs.push(await server.start())
  }
  await changing

  if (hurry) {
    await server.kill()
    await pool.query(
      "UPDATE webhook_deliveries SET next_attempt_at = next_attempt_at - interval '1 minute' WHERE status = 'pending'",
    )
    startMs.push(await server.start())
  }
  for (hear(); performance.now() < until && new Set(told.map(({ id }) => id)).size < changes; hear()) await delay(50)
  while (performance.now() < until && (await verifyAudit({ pool, secrets })).waiting > 0) await delay(100)
  const rows = await db.apiKey.findMany({ where: { name: { startsWith: 'change ' } }, select: { name: true } })
  const audit = await verifyAudit({ pool, secrets })
  return { made: rows.map(({ name }) => name), told, unanswered, startMs, audit }
}

interface KilledProcess extends AsyncDisposable {
  url: string
  /** @returns how long it took to its first answer, in ms */
  start(): Promise<number>
  kill(): Promise<void>
}

async function openProcess(databaseUrl: string): Promise<KilledProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keygrant-kills-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const { HOME } = process.env
  const env = {
    ...nodeEnvironment(),
    HOME,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SECRET_KEY: testSecretKey,
    KEY_CREATIONS_PER_HOUR: '1000000',
    KEYS_PER_ORGANIZATION: '1000000',
    LOG_LEVEL: 'error',
  }
  let child: ChildProcess | null = null
  // Whoever runs this may be ended, too, by a test's patience.
  const orphaned = () => child?.kill('SIGKILL')
  process.once('exit', orphaned)
  async function kill(): Promise<void> {
    if (child === null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    child = null
  }
  return {
    url,
    async start() {
      const began = performance.now()
      const started = spawn(process.execPath, [entry], { env, stdio: 'ignore' })
      child = started
      for (;;) {
        if (started.exitCode !== null) throw new Error(`the server ended with ${started.exitCode}`)
        const answer = await fetch(`${url}/health/ready`).catch(() => null)
        await answer?.body?.cancel()
        if (answer?.ok) return performance.now() - began
        await delay(10)
      }
    },
    kill,
    async [Symbol.asyncDispose]() {
      process.off('exit', orphaned)
      await kill()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
