/** `tiers`: what keys, clients and organizations may spend. */
import { z } from 'zod'
import { slug } from '../http/api/wire.ts'
import { deleteTier } from '../limits/delete-tier.ts'
import { putTier } from '../limits/put-tier.ts'
import { tierInput, type TierInput } from '../limits/schema.ts'
import { listTiers } from '../limits/store.ts'
import { differences } from './report.ts'
import { section, type Run } from './section.ts'
import { listTierUsers } from './store.ts'
import { withoutDefaults } from './without-defaults.ts'

/** Organizations begin with it and it can't be deleted: where a file doesn't name it, this is what it is. */
const FREE = 'free'
const freeAtFirst: TierInput = { hour: 1_000, burst: { size: 100 }, limit_per: 'key', organization_limits: null }

export const tiers = section({
  name: 'tiers',
  collections: ['tiers'],
  schema: z.record(slug, tierInput),

  async make(run, entries) {
    const present = new Map((await listTiers(run.tx)).map((tier) => [tier.name, tier]))
    for (const [name, wanted] of Object.entries(entries)) await put(run, name, wanted, present.get(name), [])
  },

  async finish(run, entries) {
    const { tx, prune, report, context } = run
    for (const tier of await listTiers(tx)) {
      const { name } = tier
      if (Object.hasOwn(entries, name)) continue
      if (name === FREE) {
        if (prune) await put(run, name, freeAtFirst, tier, ['is not in the file: as it was at first'])
        continue
      }
      if (!prune) {
        report.keep('tier', name)
        continue
      }
      const { result } = await deleteTier(tx, name, context)
      if (result === 'in_use') {
        const users = (await listTierUsers(tx, name)).join(', ')
        const remedy = 'give them another one first, or name the tier in the file'
        report.fault('conflict', ['tiers'], `the tier ${name} is not in the file, and is used by ${users}: ${remedy}`)
      }
      if (result === 'done') report.change({ action: 'delete', kind: 'tier', name })
    }
  },

  async read({ tx }) {
    const entries = (await listTiers(tx)).map((row) => [row.name, withoutDefaults(saidOf(row), unsaid)] as const)
    return Object.fromEntries(entries)
  },
})

const unsaid = { limit_per: 'key', organization_limits: null } as const

async function put(
  { tx, context, report }: Run,
  name: string,
  wanted: TierInput,
  before: TierInput | undefined,
  notes: string[],
): Promise<void> {
  const fields = before ? differences(saidOf(before), wanted) : []
  if (before && fields.length === 0) return
  await putTier(tx, name, wanted, context)
  if (before) report.change({ action: 'update', kind: 'tier', name, fields, notes })
  else report.change({ action: 'create', kind: 'tier', name, about: shortly(wanted) })
}

function saidOf({ hour, burst, limit_per, organization_limits }: TierInput): TierInput {
  return { hour, burst, limit_per, organization_limits }
}

/** `1000 an hour, 100 at once` */
function shortly({ hour, burst }: TierInput): string {
  return `${hour === 'unlimited' ? 'unlimited' : `${hour} an hour`}, ${burst.size} at once`
}
