/** Limits counted in Redis, for several nodes together; while it is gone, each goes on from what it saw last. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../platform/log.ts'
import { decision } from './decision.ts'
import type { Decision, Limiter, Meter, Meters } from './limits.ts'
import { createMemoryLimiter } from './memory-limiter.ts'
import { openRedis, type RedisConnection, type RedisServer } from './redis-connection.ts'
import { keyOf, readAnswer, script, scriptArguments, type Question, type Told } from './redis-script.ts'

export interface RedisLimiter extends Limiter {
  /** Where decisions are made at the moment. */
  state(): 'redis' | 'local'
  /** Since the start: decisions made without Redis, and how often it went away. */
  readonly counts: { readonly localDecisions: number; readonly outages: number }
  /** What was heard from it last; null as long as it never answered. */
  server(): RedisServer | null
}

export interface RedisLimiterOptions {
  url: string
  log: Log
  /** For the counts of this node: milliseconds since 1970. */
  now: () => number
  /** How long a decision may take before this node makes it alone, and all others until Redis answers again. */
  patienceMs?: number
  /** How long after it went Redis is asked again, and again. */
  probeMs?: number
  /** Another time than the server's own, for tests. */
  serverNow?: () => number
}

/** Longer than any round trip in a data centre; short enough that a request can wait for it. */
const PATIENCE_MS = 100
const PROBE_MS = 250

interface Pending {
  question: Question
  /** Until when it may wait. */
  due: number
  /** It was given more time, since this process itself had been held up. */
  excused: boolean
  resolve(decision: Decision): void
}

/** Resolves once Redis is there, or known not to be. */
export async function createRedisLimiter(options: RedisLimiterOptions): Promise<RedisLimiter> {
  const { url, log, now, patienceMs = PATIENCE_MS, probeMs = PROBE_MS, serverNow } = options
  const local = createMemoryLimiter({ now })
  /** In the order in which they were sent. */
  const pending = new Set<Pending>()
  /** What was let pass here without Redis' knowledge, by subject. */
  const owed = new Map<string, Owed>()
  const counts = { localDecisions: 0, outages: 0 }
  const stopping = new AbortController()
  let connection: RedisConnection | null = null
  let server: RedisServer | null = null
  let watch: NodeJS.Timeout | null = null
  let recovering: Promise<void> = Promise.resolve()

  function ask(meters: Meters, cost: number, kind: Question['kind'], spent = 0): Decision | Promise<Decision> {
    if (!connection) return alone(meters, cost, kind, spent)
    const to = connection
    const question: Question = { meters, cost, kind, told: meters.map(tell), at: serverNow?.() ?? null, spent }
    return new Promise((resolve) => {
      const entry: Pending = { question, due: performance.now() + patienceMs, excused: false, resolve }
      pending.add(entry)
      watch ??= setTimeout(look, patienceMs)
      run(to, question).then(
        (answer) => {
          if (pending.delete(entry)) resolve(learn(question, answer))
        },
        (err: unknown) => {
          if (pending.has(entry)) lose(err)
        },
      )
    })
  }

  function alone(meters: Meters, cost: number, kind: Question['kind'], spent: number): Decision {
    counts.localDecisions++
    if (kind === 'look') return local.look(meters)
    if (spent > 0) takeAlone(meters, spent)
    const made = local.charge(meters, cost)
    if (made.allowed) for (const { subject } of meters) owe(subject, cost)
    return made
  }

  /** Only what there was room for is owed: Redis takes what it is told of so without a question. */
  function takeAlone(meters: Meters, spent: number): void {
    const before = meters.map((meter) => local.known(meter).spent)
    local.charge(meters, 0, spent)
    for (const [index, meter] of meters.entries()) owe(meter.subject, local.known(meter).spent - (before[index] ?? 0))
  }

  function owe(subject: string, calls: number): void {
    if (calls === 0) return
    const before = owed.get(subject)?.calls ?? 0
    // Anew at the end, so that the oldest comes first.
    owed.delete(subject)
    owed.set(subject, { calls: before + calls, at: performance.now() })
  }

  /** What is owed is told once: whoever loses the connection before the answer came owes it again. */
  function tell(meter: Meter): Told {
    const calls = owed.size === 0 ? 0 : (owed.get(meter.subject)?.calls ?? 0)
    if (calls > 0) owed.delete(meter.subject)
    const { spent, debt } = local.known(meter)
    return { owed: calls, spent, debt }
  }

  function learn({ meters, cost }: Question, answer: unknown): Decision {
    const { allowed, readings } = readAnswer(answer)
    for (const [index, meter] of meters.entries()) {
      const reading = readings[index]
      if (reading) local.mirror(meter, reading.spent, reading.debt)
    }
    return decision(meters, readings, cost, allowed)
  }

  /** Looks whether the oldest question has waited too long. */
  function look(): void {
    watch = null
    const [oldest] = pending
    if (!oldest) return
    const late = performance.now() - oldest.due
    if (late > patienceMs / 10 && !oldest.excused) {
      // Nobody looked when it was time: this process was held up, and by the same machine perhaps Redis.
      oldest.excused = true
      oldest.due += late + patienceMs
    }
    const left = oldest.due - performance.now()
    if (left > 0) {
      watch = setTimeout(look, left)
      return
    }
    // The answer may lie here already, unread because this process was busy.
    void turn().then(() => {
      if (pending.has(oldest)) lose(new Error(`no answer within ${patienceMs} ms`))
      else if (!watch) look()
    })
  }

  function lose(err: unknown): void {
    connection?.[Symbol.dispose]()
    connection = null
    const unanswered = [...pending]
    pending.clear()
    for (const { question, resolve } of unanswered) {
      for (const [index, { subject }] of question.meters.entries()) owe(subject, question.told[index]?.owed ?? 0)
      resolve(alone(question.meters, question.cost, question.kind, question.spent))
    }
    if (stopping.signal.aborted) return
    counts.outages++
    log.warn({ err }, 'Redis is gone: limits are counted by each node alone, from what it saw last')
    recovering = recover()
  }

  async function recover(): Promise<void> {
    const since = performance.now()
    while (!stopping.signal.aborted) {
      await delay(probeMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (await connect()) {
        log.info({ seconds: Math.round((performance.now() - since) / 1000) }, 'Redis is back: limits are counted there')
        return
      }
    }
  }

  /** A connection counts once it has counted: a server that is full, loading or a replica takes no charge. */
  async function connect(): Promise<boolean> {
    if (stopping.signal.aborted) return false
    let fresh: RedisConnection | null = null
    try {
      const opened = await openRedis(url, {
        signal: stopping.signal,
        onLost(err) {
          if (connection === opened) lose(err)
        },
      })
      fresh = opened
      const patience = delay(patienceMs, 'late', { signal: stopping.signal, ref: false }).catch(() => 'late')
      const probed = run(fresh, { meters: probe, cost: 1, kind: 'charge', told: [], at: null, spent: 0 }).then(
        () => 'counted',
      )
      probed.catch(() => undefined)
      if ((await Promise.race([probed, patience])) === 'late' || stopping.signal.aborted) throw new Error('no answer')
      connection = fresh
      hear(fresh.server)
      return true
    } catch (err) {
      fresh?.[Symbol.dispose]()
      log.debug({ err }, 'no Redis yet')
      return false
    }
  }

  function hear(said: RedisServer): void {
    server = said
    if (said.evictionPolicy !== null && said.evictionPolicy !== 'noeviction') {
      log.warn(
        { maxmemory_policy: said.evictionPolicy },
        'Redis may throw counts away when its memory is full: set its maxmemory-policy to noeviction',
      )
    }
  }

  /** Nobody writes down what is counted here, but the idle have to go. */
  const sweeping = setInterval(() => {
    local.takeChanged()
    for (const [subject, { at }] of owed) {
      // What follows is younger. What is older counts nowhere any more.
      if (performance.now() - at < OWED_MS) break
      owed.delete(subject)
    }
  }, 1_000)
  sweeping.unref()

  if (!(await connect())) lose(new Error('it did not answer at the start'))

  return {
    charge: (meters, cost, spent) => ask(meters, cost, 'charge', spent),
    look: (meters) => ask(meters, 1, 'look'),
    restore: () => undefined,
    takeChanged: () => [],
    state: () => (connection ? 'redis' : 'local'),
    counts,
    server: () => server,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      clearInterval(sweeping)
      if (watch) clearTimeout(watch)
      lose(new Error('this process ends'))
      await recovering
      await local[Symbol.asyncDispose]()
    },
  }
}

interface Owed {
  calls: number
  at: number
}

/** As long as an hour's calls count. */
const OWED_MS = 61 * 60_000

const probe: Meters = [
  {
    group: 'probe',
    subject: 'probe',
    prefix: '',
    limits: { hour: null, burst: { size: 10_000_000, refillPerSecond: 1_000_000 } },
  },
]

/** By its digest; a server that doesn't know the script gets it whole and keeps it. */
async function run(connection: RedisConnection, question: Question): Promise<unknown> {
  const [meter] = question.meters
  const key = meter ? keyOf(meter) : ''
  const args = scriptArguments(question)
  try {
    return await connection.command(key, ['EVALSHA', script.sha, ...args])
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return connection.command(key, ['EVAL', script.text, ...args])
  }
}
