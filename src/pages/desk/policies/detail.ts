/** One policy: which call needs what, in the order in which it is looked up, and how a gateway asks by it. */
import {
  action,
  code,
  column,
  empty,
  facts,
  lines,
  link,
  notice,
  number,
  relative,
  row,
  say,
  screen,
  section,
  snippet,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { listResources, pathOfResource, type ResourceOut } from '../resources/parts.ts'
import { at } from '../wire.ts'
import { crumbsTo, listPath, pathOfPolicy, readPolicy, type PolicyOut, type PolicyPages } from './parts.ts'
import { snippetsOf } from './snippets.ts'
import { modeBadge } from './words.ts'

export async function showPolicy(desk: Desk, { checkUrl }: PolicyPages): Promise<void> {
  const [policy, resources] = await Promise.all([readPolicy(desk), listResources(desk)])
  const resource = resources.find(({ name }) => name === policy.name)
  const path = pathOfPolicy(policy.name)
  desk.screen(
    screen({
      title: resource?.title ?? policy.name,
      lead: say('policy.lead'),
      crumbs: crumbsTo(),
      actions: [action(say('policy.edit'), `${path}/edit`, 'primary')],
      blocks: [
        ...(policy.mode === 'observe' ? [notice(say('policy.observes'), 'caution')] : []),
        section('routes', say('policy.routes'), [routesOf(policy, path)], { text: say('policy.routes.text') }),
        section('about', say('policy.about'), [about(desk, policy, resource)]),
        gatewayOf(desk, checkUrl, policy),
        section('end', say('policy.end'), [], {
          text: say('policy.end.text'),
          tone: 'danger',
          actions: [action(say('policy.delete'), `${path}/delete`, 'danger')],
        }),
      ],
    }),
  )
}

function routesOf({ routes }: PolicyOut, path: string): Block {
  return table({
    caption: say('policy.routes'),
    columns: [column(say('policy.match')), column(say('policy.needs')), column(say('policy.cost'), { end: true })],
    rows: routes.map(({ match, scopes, cost }) => row([code(match), needs(scopes), number(cost)])),
    empty: empty(
      'route',
      say('policy.routes.empty'),
      say('policy.routes.empty.text'),
      action(say('policy.edit'), `${path}/edit`),
    ),
  })
}

/** One of them at a time: each is long. */
function gatewayOf({ query }: Desk, checkUrl: string, { name }: PolicyOut): Block {
  const all = snippetsOf(checkUrl, name)
  const shown = all.find(({ gateway }) => gateway.toLowerCase() === query['gateway']) ?? all[0]
  const others = all.filter((one) => one !== shown)
  return section('gateway', say('policy.gateway'), shown ? [snippet(shown.gateway, shown.code)] : [], {
    text: say('policy.gateway.text'),
    actions: [
      ...others.map(({ gateway }) => action(gateway, `${pathOfPolicy(name)}?gateway=${gateway.toLowerCase()}#gateway`)),
      action(say('policy.gateway.guide'), '/docs/gateways', 'quiet'),
    ],
  })
}

function needs(scopes: readonly string[]): Value {
  return scopes.length === 0 ? text(say('policy.needs.credential')) : lines(...scopes.map(code))
}

function about({ now }: Desk, policy: PolicyOut, resource: ResourceOut | undefined): Block {
  const status = (instead: 403 | null, usual: number): Value =>
    text(instead === null ? String(usual) : say('policy.status.instead', { status: instead, usual }))
  return facts(
    [say('policy.api'), resource ? link(resource.title, pathOfResource(resource)) : code(policy.resource)],
    [say('policy.mode'), modeBadge(policy)],
    [say('key.environment'), text(say(`key.environment.${policy.environment}`))],
    [say('policy.on-limit'), status(policy.on_limit, 429)],
    [say('policy.on-outage'), status(policy.on_outage, 503)],
    [say('policy.changed'), relative(at(policy.updated_at), now)],
  )
}

export async function askDeletePolicy(desk: Desk): Promise<void> {
  const { name } = await readPolicy(desk)
  const path = pathOfPolicy(name)
  confirmation(desk, {
    title: say('policy.delete.title', { name }),
    text: say('policy.delete.text'),
    crumbs: crumbsTo({ name, title: name }),
    action: `${path}/delete`,
    submit: say('policy.delete.submit', { name }),
    cancelHref: path,
  })
}

export async function deletePolicy(desk: Desk): Promise<void> {
  const { name } = await readPolicy(desk)
  await desk.api.call('DELETE', `/v1/policies/${encodeURIComponent(name)}`)
  desk.done(listPath, 'policy-deleted')
}
