/** Makes a resource's policy, or makes it what it should be. */
import { isDeepStrictEqual } from 'node:util'
import { record, type AuditContext } from '../../audit/record.ts'
import type { InputFault } from '../../http/problem.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import { listResources, lockResources } from '../../resources/store.ts'
import { routeFaults, type PolicyBody } from './body.ts'
import { findPolicy, putPolicy as putRow, type StoredPolicy } from './store.ts'

export type PolicyPut =
  | { outcome: 'done'; before: StoredPolicy | null; policy: StoredPolicy }
  /** A policy has the name of a resource, and there is none. */
  | { outcome: 'not_found' }
  | { outcome: 'faulty'; faults: InputFault[] }

/** Nothing is written, told or noted where nothing differs. */
export async function putPolicy(tx: Tx, name: string, body: PolicyBody, context: AuditContext): Promise<PolicyPut> {
  // Its scopes stay what they are until it is written.
  await lockResources(tx)
  const resource = (await listResources(tx)).find((one) => one.name === name)
  if (!resource) return { outcome: 'not_found' }
  const faults = routeFaults(body.routes, resource)
  if (faults.length > 0) return { outcome: 'faulty', faults }
  const before = await findPolicy(tx, name)
  const { on_limit: onLimit, on_outage: onOutage, environment, mode, routes } = body
  const wanted = { environment, onLimit, onOutage, mode, routes }
  if (before && isDeepStrictEqual(wanted, saidOf(before))) return { outcome: 'done', before, policy: before }
  await putRow(tx, { ...wanted, name, resourceId: resource.id }, context.clock.now())
  const data = { resource_id: resource.id }
  await record(tx, { type: before ? 'policy.updated' : 'policy.created', id: name, data }, context)
  await notify(tx, { kind: 'policy', id: name })
  const policy = await findPolicy(tx, name)
  if (!policy) throw new Error(`the policy ${name} was not written`)
  return { outcome: 'done', before, policy }
}

function saidOf({ environment, onLimit, onOutage, mode, routes }: StoredPolicy) {
  return { environment, onLimit, onOutage, mode, routes }
}
