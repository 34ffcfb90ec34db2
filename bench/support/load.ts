/** The closed loop: so many connections, each of which asks again as soon as it was answered. */
import { openConnection, type Connection } from './connection.ts'

/** One operation, on what belongs to it alone for that time: a session, a line of refresh tokens. */
export type Operation<Slot> = (connection: Connection, slot: Slot) => Promise<void>

export interface Load {
  count: number
  seconds: number
  perSecond: number
  /** Milliseconds for one operation. */
  mean: number
  p50: number
  p99: number
}

/**
 * Slots go round within each connection, so that no two operations at once are about the same one: two flows in one session
 * would wait for each other's row, and measure that.
 */
export async function closedLoop<Slot>(
  port: number,
  slots: readonly Slot[],
  operation: Operation<Slot>,
  options: { connections: number; seconds: number } | { connections: number; count: number },
): Promise<Load> {
  const { connections } = options
  if (slots.length < connections) throw new Error('fewer slots than connections')
  using opened = new DisposableStack()
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
  for (const connection of open) opened.use(connection)

  const times: number[] = []
  const begin = performance.now()
  const goesOn =
    'count' in options ? () => started++ < options.count : () => performance.now() < begin + options.seconds * 1000
  let started = 0
  await Promise.all(
    open.map(async (connection, index) => {
      const own = slots.filter((_, slot) => slot % connections === index)
      for (let turn = 0; goesOn(); turn++) {
        const asked = performance.now()
        await operation(connection, own[turn % own.length]!)
        times.push(performance.now() - asked)
      }
    }),
  )
  const seconds = (performance.now() - begin) / 1000
  return loadOf(times, seconds)
}

/** @param times milliseconds of each operation */
export function loadOf(times: readonly number[], seconds: number): Load {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
  return {
    count: times.length,
    seconds,
    perSecond: times.length / seconds,
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    p50: at(0.5),
    p99: at(0.99),
  }
}
