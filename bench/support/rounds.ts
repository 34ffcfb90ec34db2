/**
 * Rounds: in each, every contender has its turn. What else the machine does changes within minutes, so only what was
 * measured side by side is compared: the median of the rounds' ratios, with the least and the greatest.
 */
import type { Load } from './load.ts'
import { cpuSeconds, residentMemory } from './processes.ts'

/** A server, and what it is asked. */
export interface Contender {
  name: string
  /** The server's. */
  pid: number
  load(seconds: number): Promise<Load>
  /** What it keeps its counts in besides the database. */
  redisPid?: number
}

export interface Turn extends Load {
  /** CPUs that were busy: 1 is one whole one. */
  serverCpu: number
  generatorCpu: number
  /** Postgres, and Redis where there is one; null if Postgres is elsewhere. */
  storeCpu: number | null
  /** What one operation took of the server's CPU, in microseconds: hardly touched by what else runs. */
  serverMicroseconds: number
  /** The server's, in MiB, at the end. */
  memory: number
}

export interface RoundsOptions {
  rounds: number
  seconds: number
  postgresPid: number | null
}

/** @returns the turns of each contender, in its order; turns of the same place were of the same round */
export async function interleaved(contenders: readonly Contender[], options: RoundsOptions): Promise<Turn[][]> {
  const turns = contenders.map((): Turn[] => [])
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, contender] of contenders.entries()) turns[index]!.push(await turn(contender, options))
  }
  return turns
}

export async function turn(
  { pid, load: run, redisPid }: Contender,
  { seconds, postgresPid }: Pick<RoundsOptions, 'seconds' | 'postgresPid'>,
): Promise<Turn> {
  const sample = () => ({
    server: cpuSeconds(pid),
    generator: cpuSeconds(process.pid),
    store:
      (postgresPid === null ? 0 : cpuSeconds(postgresPid, { withChildren: true })) +
      (redisPid === undefined ? 0 : cpuSeconds(redisPid)),
  })
  const begin = performance.now()
  const before = sample()
  const load = await run(seconds)
  const after = sample()
  // Longer than the load's own time where something runs beside it.
  const elapsed = (performance.now() - begin) / 1000
  const server = after.server - before.server
  return {
    ...load,
    serverCpu: server / elapsed,
    generatorCpu: (after.generator - before.generator) / elapsed,
    storeCpu: postgresPid === null ? null : (after.store - before.store) / elapsed,
    serverMicroseconds: (server / load.count) * 1e6,
    memory: residentMemory(pid),
  }
}

export interface Spread {
  median: number
  least: number
  greatest: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, least: sorted[0]!, greatest: sorted.at(-1)! }
}

/** Each turn of the one over the other's of the same round. */
export function ratios(turns: readonly Turn[], base: readonly Turn[], figure: (turn: Turn) => number): Spread {
  return spread(turns.map((each, round) => figure(each) / figure(base[round]!)))
}
