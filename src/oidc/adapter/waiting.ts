/**
 * Bounds how many authorization requests may wait for a person. Anybody can begin one, and each rests for a day, so a
 * network has so many that it may leave unfinished; it is charged in the statement that stores the request, and gets one
 * back with the statement that ends it.
 */
import { chargeSql } from '../../users/store.ts'
import { chargeOf, networkCells } from '../../users/throttle.ts'
import type { Unit } from '../unit/unit.ts'

interface Waiting {
  /** Read in this unit: it is stored anew, and was charged before. */
  found: Set<string>
  begun: Set<string>
  ended: Set<string>
}

const units = new WeakMap<Unit, Waiting>()

export function noteFound(unit: Unit, id: string): void {
  waitingIn(unit).found.add(id)
}

export function noteStored(unit: Unit, id: string): void {
  const { found, begun } = waitingIn(unit)
  if (!found.has(id)) begun.add(id)
}

export function noteEnded(unit: Unit, id: string): void {
  const { begun, ended } = waitingIn(unit)
  if (!begun.delete(id)) ended.add(id)
}

function waitingIn(unit: Unit): Waiting {
  const known = units.get(unit) ?? { found: new Set(), begun: new Set(), ended: new Set() }
  units.set(unit, known)
  unit.closing.set('waiting', () => settle(unit, known))
  return known
}

/** One that takes another's place, as a consent that follows a sign-in, changes nothing. */
function settle(unit: Unit, { begun, ended }: Waiting): void {
  // What has no request is our own page's, which answers one that waits.
  if (!unit.request || begun.size === ended.size) return
  if (begun.size > ended.size) charge(unit, unit.request.address)
  else giveBack(unit, unit.request.address)
}

function charge(unit: Unit, address: string): void {
  // A network that is used up takes nothing from its site's share.
  let before = 'true'
  for (const cell of chargesOf(unit, address)) {
    unit.guard({ kind: 'waiting', retryAfterSeconds: Math.ceil(cell.stepMs / 1000) }, (bind, own) => {
      const sql = chargeSql(bind, cell, bind(unit.now, 'timestamptz'), before)
      before = `EXISTS (SELECT FROM ${own})`
      return sql
    })
  }
}

/** A cell that is just being charged isn't waited for: the other statement may wait for a row of this one. */
function giveBack(unit: Unit, address: string): void {
  for (const { key, stepMs } of chargesOf(unit, address)) {
    unit.writes.write(
      (bind) => `UPDATE throttles SET arrival_at = arrival_at - ${bind(`${stepMs} milliseconds`, 'interval')}
        WHERE key IN (SELECT key FROM throttles WHERE key = ${bind(key, 'bytea')} FOR NO KEY UPDATE SKIP LOCKED)`,
    )
  }
}

function chargesOf(unit: Unit, address: string) {
  return networkCells('waiting', address).map((cell) => chargeOf(unit.secrets, cell))
}
