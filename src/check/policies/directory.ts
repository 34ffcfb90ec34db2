/** Every stored policy, ready to be asked, in memory. The database's notices keep it true. */
import type { Changes } from '../../platform/changes.ts'
import type { Db } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { createReading } from '../../platform/reading.ts'
import { compilePolicy } from './match.ts'
import type { CompiledPolicy, Policies, Policy } from './policy.ts'
import { listPolicies } from './store.ts'

/** Resolves once they have been read; from then on every answer is synchronous, and a failed reading keeps the last one. */
export async function createPolicies(options: {
  db: Db
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
}): Promise<Policies> {
  const { db, changes, log } = options
  let current: ReadonlyMap<string, CompiledPolicy> = new Map()
  const reading = createReading(
    'the policies',
    async () => {
      const policies = await listPolicies(db)
      current = new Map(policies.flatMap((policy) => compiled(policy, log)).map((policy) => [policy.name, policy]))
    },
    log,
  )

  // A policy goes with its resource, and has its identifier. Listening comes before the first read.
  changes.on('policy', reading.reload)
  changes.on('resource', reading.reload)
  changes.onGap(reading.reload)
  try {
    await reading.refresh()
  } catch (error) {
    reading[Symbol.dispose]()
    throw error
  }
  return { get: (name) => current.get(name), [Symbol.dispose]: reading[Symbol.dispose] }
}

/** One that this version can't read, of a newer one perhaps, is there no more: what asks it is refused, and the others stand. */
function compiled(policy: Policy, log: Log): CompiledPolicy[] {
  try {
    return [compilePolicy(policy)]
  } catch (err) {
    log.error({ err, policy: policy.name }, 'a stored policy can not be read; it answers nothing')
    return []
  }
}
