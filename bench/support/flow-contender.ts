/** A server of flows in the rounds: its sessions take turns with one operation. */
import { closedLoop, type Operation } from './load.ts'
import type { Contender } from './rounds.ts'
import type { Slot, Target } from './target.ts'

const connections = 32

export function flowContender(target: Target, operation: (target: Target) => Operation<Slot>): Contender {
  const { name, pid, port, slots } = target
  const once = operation(target)
  return { name, pid, load: (seconds) => closedLoop(port, slots, once, { connections, seconds }) }
}
