/** Counts decisions in memory, adds them up once a second, and writes them down for all credentials in one statement. */
import type { Pool } from 'pg'
import type { CounterRow } from '../limits/limits.ts'
import { hour, type Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { createGathered, type Counts, type LastUse } from './gathered.ts'
import { writeBatch, writeNeeds } from './store.ts'
import type { UsageCount, UsageRecorder } from './usage.ts'

const EVERY_MS = 1_000

const DAY_MS = 86_400_000

/** A busy secret's row is rewritten this often: what is told of its last use is never older by more. */
const USE_STEP_SECONDS = 30

/** Cells that are kept from second to second, so that a call of a known credential allocates nothing. */
const MOST_CELLS = 50_000

export interface RecorderOptions {
  pool: Pool
  clock: Clock
  log: Log
  /** What has changed in the limits' counts since the last call; they are written with the rest. */
  counters: () => CounterRow[]
  /** Other bounds than the standard ones, for tests. */
  mostRows?: number
}

/** What one route of a credential has come to since it was added up last. */
interface Cell extends Counts {
  readonly kind: UsageCount['kind']
  readonly credentialId: string
  readonly organizationId: string | null
  readonly route: string
  counted: boolean
}

/** What is kept of a credential from second to second. */
interface Credential {
  routes: Map<string, Cell>
  /** Of each scope that was needed: the last day (since 1970) on which that was told. */
  told: Map<string, number>
}

interface Use {
  readonly secretId: string
  used: boolean
  /** When its use was last handed on to be written, in milliseconds since 1970. */
  toldAt: number
}

export function createUsageRecorder(options: RecorderOptions): UsageRecorder {
  const { pool, clock, log, counters } = options
  const gathered = createGathered(options.mostRows)
  const credentials = { key: new Map<string, Credential>(), client: new Map<string, Credential>() }
  const uses = new Map<string, Use>()
  let cellCount = 0
  let counted: Cell[] = []
  let used: Use[] = []
  // When the first of `counted` was: they are counted in its hour.
  let since = new Date(0)
  let today = 0
  let failing = false
  let writing: Promise<void> | null = null
  let again: Promise<void> | null = null

  function credentialOf(kind: UsageCount['kind'], id: string): Credential {
    const known = credentials[kind].get(id)
    if (known) return known
    const credential = { routes: new Map<string, Cell>(), told: new Map<string, number>() }
    credentials[kind].set(id, credential)
    cellCount += 1
    return credential
  }

  function cellOf({ routes }: Credential, { kind, credentialId, organizationId, route }: UsageCount): Cell {
    const known = routes.get(route)
    if (known?.organizationId === organizationId) return known
    const none = { allowed: 0, limited: 0, denied: 0, cost: 0 }
    const cell = { kind, credentialId, organizationId, route, counted: false, ...none }
    routes.set(route, cell)
    cellCount += 1
    return cell
  }

  /** Once a day for each scope of a key; from then on it costs a look. */
  function tellNeeds({ told }: Credential, keyId: string, scopes: readonly string[]): void {
    for (const scope of scopes) {
      if (told.get(scope) === today) continue
      told.set(scope, today)
      cellCount += 1
      gathered.addNeed({ keyId, scope, day: today })
    }
  }

  function lookAtClock(): Date {
    const now = clock.now()
    today = Math.floor(now.getTime() / DAY_MS)
    return now
  }

  /** Adds up what was counted since the last time. */
  function addUp(): void {
    const at = new Date(Math.floor(since.getTime() / (hour * 1000)) * hour * 1000)
    for (const cell of counted) {
      const { kind, credentialId, organizationId, route, allowed, limited, denied, cost } = cell
      const whose = { hour: at, kind, credentialId, organizationId: organizationId ?? '', route }
      gathered.addUsage({ ...whose, allowed, limited, denied, cost })
      cell.allowed = cell.limited = cell.denied = cell.cost = 0
      cell.counted = false
    }
    counted = []
    const now = lookAtClock()
    for (const use of used) {
      use.used = false
      if (now.getTime() - use.toldAt < USE_STEP_SECONDS * 1000) continue
      use.toldAt = now.getTime()
      gathered.addUse({ secretId: use.secretId, at: now })
    }
    used = []
    for (const row of counters()) gathered.addCounter(row)
    if (cellCount > MOST_CELLS) {
      credentials.key.clear()
      credentials.client.clear()
      cellCount = 0
    }
    if (uses.size > MOST_CELLS) uses.clear()
  }

  async function write(): Promise<void> {
    addUp()
    const busyUses: LastUse[] = []
    try {
      for (let batch = gathered.take(); batch; batch = gathered.take()) {
        const { uses: written } = batch
        const busy = await writeBatch(pool, batch, USE_STEP_SECONDS).catch((error: unknown) => {
          // When the connection broke after the statement was sent, it may have been carried out: then a second counts twice.
          gathered.putBack(batch)
          throw error
        })
        busyUses.push(...written.filter(({ secretId }) => busy.has(secretId)))
        await writeNeeds(pool, batch.needs).catch((error: unknown) => {
          for (const need of batch.needs) gathered.addNeed(need)
          throw error
        })
      }
    } finally {
      // They come with the next second's.
      for (const use of busyUses) gathered.addUse(use)
    }
  }

  /** Never two at once; whoever asks meanwhile gets the one after it, in which all is that was counted before. */
  function flush(): Promise<void> {
    if (writing) {
      again ??= writing
        .catch(() => undefined)
        .then(() => {
          again = null
          return flush()
        })
      return again
    }
    writing = write().finally(() => (writing = null))
    return writing
  }

  function tick(): void {
    // One that takes long, or waits for a database that is away, goes on alone.
    if (writing) return addUp()
    flush().then(
      () => {
        if (failing) log.info('usage is written down again')
        failing = false
      },
      (err: unknown) => {
        if (!failing) log.warn({ err }, 'usage could not be written down; it is kept, and will be tried again')
        failing = true
      },
    )
  }
  const timer = setInterval(tick, EVERY_MS)
  timer.unref()

  return {
    count(what) {
      const credential = credentialOf(what.kind, what.credentialId)
      const cell = cellOf(credential, what)
      cell[what.outcome] += what.calls ?? 1
      cell.cost += what.cost
      if (!cell.counted) {
        cell.counted = true
        if (counted.push(cell) === 1) since = lookAtClock()
      }
      if (what.scopes) tellNeeds(credential, what.credentialId, what.scopes)
    },
    needed: (keyId, scopes) => tellNeeds(credentialOf('key', keyId), keyId, scopes),
    used(secretId) {
      let use = uses.get(secretId)
      if (!use) uses.set(secretId, (use = { secretId, used: false, toldAt: 0 }))
      if (use.used) return
      use.used = true
      used.push(use)
    },
    flush,
    get waitingRows() {
      return gathered.rows + counted.length
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await flush().catch((err: unknown) => log.error({ err }, 'the last second of usage could not be written down'))
    },
  }
}
