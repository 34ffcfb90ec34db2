/** What passed here is told to the server: a few times a second, for all credentials together, until it has been heard. */
import type { Counter, Counters } from './counters.ts'

/** Of one credential: what it let pass since the server was told last. */
export interface Charge {
  readonly counters: readonly Counter[]
  /** The credential, for as long as there is something to tell. */
  text: string
  readonly ip: string | undefined
  units: number
  calls: number
}

export interface Spent {
  readonly units: number
  readonly calls: number
}

export interface Charges {
  /** A call has passed. */
  add(charge: Charge, text: string, cost: number): void
  /** Tells soon, and not only when it is time. */
  hurry(): void
  /** Takes out what is to be told, for whoever asks the server anyhow; it has to come back by `heard` or `giveBack`. */
  take(charge: Charge | null): Spent
  heard(charge: Charge, spent: Spent): void
  giveBack(charge: Charge, spent: Spent): void
  /** Tells all that there is, and resolves when it has been tried. */
  flush(): Promise<void>
  /** Ends the telling. */
  stop(): void
  /** Units that passed and that the server hasn't said it knows of. */
  readonly pendingUnits: number
}

export interface ChargesOptions {
  intervalMs: number
  settle: Counters['settle']
  /** Tells of one; rejects when it wasn't heard. */
  tell(charge: Charge, spent: Spent): Promise<void>
  warn(message: string, error: unknown): void
}

const nothing: Spent = { units: 0, calls: 0 }

/** While the server is away it is tried less and less often. */
const LONGEST_PAUSE_MS = 2_000
/** So that whoever is asked about meanwhile waits for a few requests alone. */
const MOST_AT_ONCE = 400
/** Credentials with something to tell, in an outage; the oldest go for want of room. */
const MOST_DUE = 50_000

export function createCharges({ intervalMs, settle, tell, warn }: ChargesOptions): Charges {
  const due = new Set<Charge>()
  let timer: ReturnType<typeof setTimeout> | null = null
  let hurried = false
  let failures = 0
  /** Sent, and without an answer yet. */
  let underWay = 0
  let flushing: Promise<void> | null = null
  let stopped = false

  function arm(ms: number): void {
    if (stopped || timer !== null || flushing !== null) return
    timer = setTimeout(() => void flush(), ms)
    // What isn't told yet doesn't keep a process from ending; close() tells it.
    if (typeof timer === 'object') timer.unref()
  }

  const pause = () => (failures === 0 ? intervalMs : Math.min(intervalMs * 2 ** failures, LONGEST_PAUSE_MS))

  function mark(charge: Charge): void {
    due.add(charge)
    if (due.size > MOST_DUE) {
      const [oldest] = due
      if (oldest) drop(oldest)
    }
    arm(pause())
  }

  function drop(charge: Charge): void {
    due.delete(charge)
    settle(charge.counters, charge.units)
    clear(charge)
    warn('more is waiting to be told to Keygrant than there is room for; the oldest is left out', null)
  }

  function clear(charge: Charge): void {
    charge.units = 0
    charge.calls = 0
    charge.text = ''
  }

  function flush(): Promise<void> {
    flushing ??= tellAll().finally(() => {
      flushing = null
      if (due.size > 0) arm(pause())
    })
    return flushing
  }

  async function tellAll(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    timer = null
    hurried = false
    const all = [...due]
    for (let begin = 0; begin < all.length; begin += MOST_AT_ONCE) {
      const outcomes = await Promise.allSettled(all.slice(begin, begin + MOST_AT_ONCE).map(tellOne))
      const failure = outcomes.find((outcome) => outcome.status === 'rejected')
      if (!failure) continue
      if (failures++ === 0)
        warn('what was let pass could not be told to Keygrant; it is kept, and will be tried again', failure.reason)
      return
    }
    failures = 0
  }

  async function tellOne(charge: Charge): Promise<void> {
    // It may have been told with a question meanwhile.
    if (charge.calls === 0) return
    const spent = { units: charge.units, calls: charge.calls }
    // Its text is needed until it has been sent.
    const { text, ip, counters } = charge
    due.delete(charge)
    clear(charge)
    underWay += spent.units
    try {
      await tell({ text, ip, counters, ...spent }, spent)
      underWay -= spent.units
      settle(counters, spent.units)
    } catch (error) {
      charge.text = text
      giveBack(charge, spent)
      throw error
    }
  }

  function giveBack(charge: Charge, { units, calls }: Spent): void {
    if (calls === 0) return
    underWay -= units
    charge.units += units
    charge.calls += calls
    mark(charge)
  }

  return {
    add(charge, text, cost) {
      charge.units += cost
      if (charge.calls++ > 0) return
      charge.text = text
      mark(charge)
    },
    hurry() {
      if (hurried || flushing !== null || failures > 0) return
      hurried = true
      if (timer !== null) clearTimeout(timer)
      timer = null
      arm(0)
    },
    take(charge) {
      if (charge === null || charge.calls === 0) return nothing
      const spent = { units: charge.units, calls: charge.calls }
      due.delete(charge)
      charge.units = 0
      charge.calls = 0
      underWay += spent.units
      return spent
    },
    heard(charge, spent) {
      underWay -= spent.units
      settle(charge.counters, spent.units)
      if (charge.calls === 0) charge.text = ''
    },
    giveBack,
    flush,
    stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
    get pendingUnits() {
      let units = underWay
      for (const charge of due) units += charge.units
      return units
    },
  }
}
