/** Which APIs have a policy by which a gateway asks, and which don't. */
import {
  action,
  badge,
  column,
  empty,
  lines,
  none,
  number,
  relative,
  row,
  say,
  screen,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Row } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { isOwn, listResources, type ResourceOut } from '../resources/parts.ts'
import { at } from '../wire.ts'
import { listPolicies, pathOfPolicy, type PolicyOut } from './parts.ts'
import { modeBadge } from './words.ts'

export async function showPolicies(desk: Desk): Promise<void> {
  const [resources, policies] = await Promise.all([listResources(desk), listPolicies(desk)])
  const byName = new Map(policies.map((policy) => [policy.name, policy]))
  const rows = resources.filter((resource) => !isOwn(resource))
  const create = action(say('resource.create'), '/admin/resources/new', 'primary', 'plus')
  desk.screen(
    screen({
      title: say('policies.title'),
      lead: say('policies.lead'),
      blocks: [
        table({
          caption: say('policies.title'),
          columns: [
            column(say('policy.api')),
            column(say('policy.state')),
            column(say('policy.routes'), { end: true }),
            column(say('policy.changed'), { aside: true }),
          ],
          rows: rows.map((resource) => rowOf(desk, resource, byName.get(resource.name))),
          empty: empty('route', say('policies.empty'), say('policies.empty.text'), create),
        }),
      ],
    }),
  )
}

function rowOf({ now }: Desk, { name, title }: ResourceOut, policy: PolicyOut | undefined): Row {
  const what = lines(text(title), soft(name))
  const path = pathOfPolicy(name)
  if (!policy) {
    return row([what, badge(say('policy.none')), none, none], `${path}/edit`, [
      action(say('policy.write'), `${path}/edit`),
    ])
  }
  return row([what, modeBadge(policy), number(policy.routes.length), relative(at(policy.updated_at), now)], path)
}
