/** A policy is written or changed: its routes row by row, and what a gateway is answered. */
import { createHash } from 'node:crypto'
import { choice, choiceGroup, choices, form, say, screen, select, tick } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { isOwn, listResources, type ResourceOut } from '../resources/parts.ts'
import { hasMoved, movedFault, shownFields, wantedOf } from '../shown.ts'
import { crumbsTo, findPolicy, listPath, pathOfPolicy, type PolicyOut } from './parts.ts'
import { blankRow, keptRows, rearranged, routesOf, rowFields, typedRows, type RouteRow } from './rows.ts'

interface Values {
  rows: readonly RouteRow[]
  environment: string
  mode: string
  /** Both statuses become 403, which nginx understands. */
  nginx: boolean
}

const blank: Values = { rows: [blankRow], environment: 'live', mode: 'enforce', nginx: false }

export async function showEdit(desk: Desk): Promise<void> {
  const resource = await resourceOf(desk)
  const policy = await findPolicy(desk, resource.name)
  showForm(desk, resource, { policy, values: policy ? kept(policy) : blank, faults: [] })
}

export async function editPolicy(desk: Desk): Promise<void> {
  const resource = await resourceOf(desk)
  const policy = await findPolicy(desk, resource.name)
  const values = typedOf(desk)
  const moved = rearranged(values.rows, desk.typed('_do'))
  if (moved) return showForm(desk, resource, { policy, values: { ...values, rows: moved }, faults: [] })
  const wanted = wantedOf(desk, held(policy), heldOf(values))
  // Rows have no names by which theirs could be told from this person's.
  if (hasMoved(desk, 'routes', held(policy).routes) && (wanted.routes !== undefined || !policy)) {
    return showForm(desk, resource, { policy, values, faults: [movedFault(null)], moved: true })
  }
  const now = policy ? kept(policy) : values
  const { environment, mode, nginx } = { ...now, ...wanted }
  const rows = wanted.routes === undefined ? now.rows : values.rows
  const body = { environment, mode, ...answersOf({ nginx }, policy), routes: routesOf(rows) }
  await desk.attempt(() => desk.api.call('PUT', `/v1/policies/${encodeURIComponent(resource.name)}`, { body }), {
    done: () => desk.done(pathOfPolicy(resource.name), 'policy-saved'),
    again: (faults) => showForm(desk, resource, { policy, values, faults }),
  })
}

/** @throws {Problem} `not_found`: a policy has the name of an API */
async function resourceOf(desk: Desk): Promise<ResourceOut> {
  const resource = (await listResources(desk)).find((one) => one.name === desk.params['name'])
  if (!resource || isOwn(resource)) throw new Problem('not_found')
  return resource
}

function kept({ environment, mode, on_limit, on_outage, ...policy }: PolicyOut): Values {
  return { rows: keptRows(policy), environment, mode, nginx: on_limit === 403 || on_outage === 403 }
}

function held(policy: PolicyOut | null) {
  return heldOf(policy ? kept(policy) : { ...blank, rows: [] })
}

/** The routes are one: what tells whether they have changed, in whatever order their scopes are ticked. */
function heldOf({ rows, ...answers }: Values) {
  const written = routesOf(rows).map((route) => ({ ...route, scopes: route.scopes.toSorted() }))
  return { ...answers, routes: createHash('sha256').update(JSON.stringify(written)).digest('base64url') }
}

/** Who leaves the tick as it was changes neither, be it one of both. */
function answersOf(
  { nginx }: Pick<Values, 'nginx'>,
  policy: PolicyOut | null,
): Pick<PolicyOut, 'on_limit' | 'on_outage'> {
  if (policy && kept(policy).nginx === nginx) return { on_limit: policy.on_limit, on_outage: policy.on_outage }
  const instead = nginx ? 403 : null
  return { on_limit: instead, on_outage: instead }
}

function typedOf(desk: Desk): Values {
  return {
    rows: typedRows(desk),
    environment: desk.typed('environment'),
    mode: desk.typed('mode'),
    nginx: desk.typed('nginx') === 'on',
  }
}

function showForm(
  desk: Desk,
  resource: ResourceOut,
  {
    policy,
    values,
    faults,
    moved = false,
  }: { policy: PolicyOut | null; values: Values; faults: Fault[]; moved?: boolean },
): void {
  const path = pathOfPolicy(resource.name)
  desk.screen(
    screen({
      title: say(policy ? 'policy.edit.title' : 'policy.write.title', { title: resource.title }),
      lead: say('policy.edit.lead'),
      crumbs: policy ? crumbsTo({ name: resource.name, title: resource.title }) : crumbsTo(),
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('policy.save'),
          cancelHref: policy ? path : listPath,
          faults,
          fields: [
            ...shownFields(desk, held(policy), moved),
            ...rowFields(values.rows, resource.scopes),
            ...answerFields(values),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function answerFields({ environment, mode, nginx }: Values): Field[] {
  return [
    tick('nginx', { label: say('policy.nginx'), hint: say('policy.nginx.hint'), checked: nginx }),
    choices('mode', {
      label: say('policy.mode'),
      many: false,
      groups: [
        choiceGroup(
          (['enforce', 'observe'] as const).map((value) =>
            choice(value, say(`policy.mode.${value}`), {
              hint: say(`policy.mode.${value}.hint`),
              checked: mode === value,
            }),
          ),
        ),
      ],
    }),
    select('environment', {
      label: say('policy.environment'),
      hint: say('policy.environment.hint'),
      value: environment,
      options: (['live', 'test'] as const).map((value) => ({ value, label: say(`key.environment.${value}`) })),
    }),
  ]
}
