/**
 * Rounds: in each, every target has its turn. What else the machine does changes within minutes, so only what was measured
 * side by side is compared: the median of the rounds' ratios, with the least and the greatest.
 */
import { closedLoop, type Load, type Operation } from './load.ts'
import { cpuSeconds, residentMemory } from './processes.ts'
import type { Slot, Target } from './target.ts'

export interface Turn extends Load {
  /** CPUs that were busy: 1 is one whole one. */
  serverCpu: number
  generatorCpu: number
  postgresCpu: number | null
  /** What one operation took of the server's CPU, in microseconds: hardly touched by what else runs. */
  serverMicroseconds: number
  /** The server's, in MiB, at the end. */
  memory: number
}

export interface RoundsOptions {
  rounds: number
  seconds: number
  connections: number
  postgresPid: number | null
}

/** @returns the turns of each target, in its order; turns of the same place were of the same round */
export async function interleaved(
  targets: readonly Target[],
  operation: (target: Target) => Operation<Slot>,
  options: RoundsOptions,
): Promise<Turn[][]> {
  const turns = targets.map((): Turn[] => [])
  const operations = targets.map(operation)
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, target] of targets.entries()) {
      turns[index]!.push(await turn(target, operations[index]!, options))
    }
  }
  return turns
}

export async function turn(target: Target, operation: Operation<Slot>, options: RoundsOptions): Promise<Turn> {
  const { postgresPid } = options
  const sample = () => ({
    server: cpuSeconds(target.pid),
    generator: cpuSeconds(process.pid),
    postgres: postgresPid === null ? null : cpuSeconds(postgresPid, { withChildren: true }),
  })
  const before = sample()
  const load = await closedLoop(target.port, target.slots, operation, options)
  const after = sample()
  const server = after.server - before.server
  return {
    ...load,
    serverCpu: server / load.seconds,
    generatorCpu: (after.generator - before.generator) / load.seconds,
    postgresCpu: after.postgres === null ? null : (after.postgres - (before.postgres ?? 0)) / load.seconds,
    serverMicroseconds: (server / load.count) * 1e6,
    memory: residentMemory(target.pid),
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
