/** The check routes of resources in a document: `routes`, and in `check` how they are asked. Together they are a resource's policy. */
import { z } from 'zod'
import { policyBody, routeFaults, type PolicyBody } from '../check/policies/body.ts'
import { deletePolicy } from '../check/policies/delete.ts'
import { putPolicy } from '../check/policies/put.ts'
import type { StoredPolicy } from '../check/policies/store.ts'
import { listPolicies } from '../check/policies/store.ts'
import type { Tx } from '../platform/database.ts'
import { listResources } from '../resources/store.ts'
import { differences, type Place } from './report.ts'
import type { Run } from './section.ts'
import { withoutDefaults } from './without-defaults.ts'

const { routes, ...how } = policyBody.shape

export const checkFields = {
  routes: routes
    .optional()
    .meta({ description: 'What gateways ask at /v1/check/@name; the first that matches counts.' }),
  check: z.strictObject(how).optional().meta({ description: 'How routes are checked.' }),
}

interface Said {
  routes?: PolicyBody['routes'] | undefined
  check?: Omit<PolicyBody, 'routes'> | undefined
}

/** Of the resources that are named, once they are what they should be. */
export async function applyPolicies(run: Run, entries: Readonly<Record<string, Said>>): Promise<void> {
  const { tx, prune, report, context } = run
  for (const [name, { routes: wanted, check }] of Object.entries(entries)) {
    if (wanted !== undefined) await put(run, name, policyBody.parse({ ...check, routes: wanted }))
  }
  for (const { name } of await listPolicies(tx)) {
    if (!Object.hasOwn(entries, name) || entries[name]?.routes !== undefined) continue
    if (!prune) report.keep('check routes', name)
    else if (await deletePolicy(tx, name, context)) report.change({ action: 'delete', kind: 'check routes', name })
  }
  await demandNothingMissing(run, entries)
}

async function put({ tx, report, context }: Run, name: string, wanted: PolicyBody): Promise<void> {
  const result = await putPolicy(tx, name, wanted, context)
  if (result.outcome === 'not_found') throw new Error(`the resource ${name} was not made`)
  if (result.outcome === 'faulty') {
    for (const { path, message } of result.faults) report.fault('unknown', placeOf(name, path), message)
    return
  }
  const { before, policy } = result
  if (!before) {
    const { length } = policy.routes
    const about = length === 1 ? '1 route' : `${length} routes`
    report.change({ action: 'create', kind: 'check routes', name, about })
    return
  }
  const fields = differences(shown(before), shown(policy))
  if (fields.length > 0) report.change({ action: 'update', kind: 'check routes', name, fields })
}

/** `/routes/0/scopes/1` within the body of a policy. */
function placeOf(name: string, pointer: string): Place {
  return [
    'resources',
    name,
    ...pointer
      .slice(1)
      .split('/')
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  ]
}

/** Routes that no file names must not come to ask for a scope that has left their resource: nobody would pass them any more. */
async function demandNothingMissing({ tx, report }: Run, entries: Readonly<Record<string, Said>>): Promise<void> {
  const resources = new Map((await listResources(tx)).map((resource) => [resource.name, resource]))
  for (const policy of await listPolicies(tx)) {
    const resource = resources.get(policy.name)
    if (!resource || entries[policy.name]?.routes !== undefined) continue
    const needed = policy.routes.map(({ match, scopes, cost }) => ({ match, scopes: [...scopes], cost }))
    const missing = routeFaults(needed, resource).filter(({ code }) => code === 'unknown_scope')
    for (const { path } of missing) {
      const [, , route = '', , scope = ''] = path.split('/')
      const { match, scopes } = needed[Number(route)] ?? { match: '', scopes: [] }
      const wanted = scopes[Number(scope)] ?? ''
      const owner = [...resources.values()].find((one) => one.scopes.some((own) => own.name === wanted))
      // What has gone before this file, and isn't its doing, stays as it is.
      if (!owner || !Object.hasOwn(entries, owner.name)) continue
      report.fault(
        'conflict',
        ['resources', owner.name, 'scopes', wanted],
        `is asked for by the check routes of ${policy.name} (${match}): name their routes in the file, too`,
      )
    }
  }
}

/** As a document says them: with what a person would compare. */
function shown({ environment, onLimit, onOutage, mode, routes: stored }: StoredPolicy) {
  const check = { environment, on_limit: onLimit, on_outage: onOutage, mode }
  return { routes: stored.map(({ match, scopes, cost }) => ({ match, scopes: [...scopes], cost })), check }
}

const unsaid = { environment: 'live', on_limit: null, on_outage: null, mode: 'enforce' } as const

/** By the names of their resources, without what goes without saying. */
export async function policiesSaid(tx: Tx): Promise<ReadonlyMap<string, Said>> {
  return new Map(
    (await listPolicies(tx)).map((policy) => {
      const { routes: all, check } = shown(policy)
      const said = withoutDefaults(check, unsaid)
      return [
        policy.name,
        {
          routes: all.map((route) => withoutDefaults(route, { cost: 1 })),
          ...(Object.keys(said).length > 0 && { check: said }),
        },
      ]
    }),
  )
}
