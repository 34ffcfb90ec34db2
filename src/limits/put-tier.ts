/** Makes a tier, or makes one what it should be. What was spent under it stays spent. */
import { isDeepStrictEqual } from 'node:util'
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { TierInput } from './schema.ts'
import { findTier, lockTiers, putTier as putRow, type TierRow } from './store.ts'

export async function putTier(tx: Tx, name: string, wanted: TierInput, context: AuditContext): Promise<TierRow> {
  await lockTiers(tx)
  const before = await findTier(tx, name)
  const changed = fields.filter((field) => !isDeepStrictEqual(before?.[field], wanted[field]))
  if (before && changed.length === 0) return before
  const after = await putRow(tx, name, wanted, context.clock.now())
  await record(
    tx,
    before ? { type: 'tier.updated', id: name, data: { changed } } : { type: 'tier.created', id: name, data: {} },
    context,
  )
  // A new one, too: credentials may name it already, and counted as another until now.
  await notify(tx, { kind: 'tier', id: name })
  return after
}

const fields = ['hour', 'burst', 'limit_per', 'organization_limits'] as const satisfies readonly (keyof TierInput)[]
