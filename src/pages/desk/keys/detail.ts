/** One API key: what it may do, until when, which of its secrets still works, and how it is used. */
import {
  action,
  badge,
  code,
  column,
  day,
  empty,
  facts,
  none,
  notice,
  relative,
  row,
  say,
  screen,
  section,
  soft,
  lines,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Text, Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { usageChart } from '../usage-chart.ts'
import { at, type KeyOut } from '../wire.ts'
import { whereFound } from './found.ts'
import { pathOfKey, readKey, type KeyPages } from './parts.ts'
import { spendingOfKey } from './spending.ts'
import { unusedScopes } from './unused-scopes.ts'
import { ownersOfKey, type OwnersOfKey } from './whose.ts'
import { keyBadges } from './words.ts'

export async function showKeyPage(desk: Desk, pages: KeyPages): Promise<void> {
  const key = await readKey(desk)
  const path = pathOfKey(pages, key.id)
  const live = key.status !== 'revoked'
  desk.screen(
    screen({
      title: key.name,
      crumbs: [{ text: say('keys.title'), href: `${pages.base}/keys` }],
      badges: keyBadges(key),
      actions: live
        ? [action(say('key.rotate'), `${path}/rotate`, 'primary'), action(say('key.edit'), `${path}/edit`)]
        : [],
      blocks: [
        ...warnings(key, path),
        ...(await whereFound(desk, key)),
        ...(live ? await unusedScopes(desk, path, key) : []),
        section('about', say('key.about'), [about(desk, key, await ownersOfKey(desk, pages, key))]),
        ...(live ? [secretsOf(desk, key)] : []),
        section('scopes', say('key.scopes'), [scopesOf(pages, key)]),
        ...(live
          ? [
              section('spending', say('spending.title'), [await spendingOfKey(desk, key)], {
                text: say('spending.text'),
              }),
            ]
          : []),
        section('usage', say('desk.usage'), [await chartOfKey(desk, key)]),
        ...(live ? [ending(path, key)] : []),
      ],
    }),
  )
}

function warnings({ exposed, status }: KeyOut, path: string): Block[] {
  if (exposed === null || status === 'revoked') return []
  return [
    notice(say(`key.exposed.${exposed.reason}.text`), 'danger', {
      title: say(`key.exposed.${exposed.reason}.title`),
      action: action(say('key.revoke'), `${path}/revoke`, 'danger'),
    }),
  ]
}

function about(desk: Desk, key: KeyOut, { organization, owner }: OwnersOfKey): Block {
  const rows: [Text, Value][] = [
    [say('key.organization'), organization],
    [say('key.owner'), owner],
    [say('key.environment'), text(say(`key.environment.${key.environment}`))],
    [say('key.ends'), ends(desk, key)],
    [say('key.last-used'), relative(at(key.last_used_at), desk.now)],
    [say('key.made'), day(at(key.created_at))],
    [
      say('key.allowed-ips'),
      key.allowed_ips.length === 0 ? text(say('key.anywhere')) : lines(...key.allowed_ips.map(code)),
    ],
    [say('key.tier'), text(key.tier ?? say('key.tier.organizations'))],
    ...(key.limits === null ? [] : [[say('key.limits'), limitsOf(key.limits)] as [Text, Value]]),
    ...(key.grantable_scopes.length === 0
      ? []
      : [[say('key.grantable'), lines(...key.grantable_scopes.map(code))] as [Text, Value]]),
    [say('key.external-id'), key.external_id === null ? none : code(key.external_id)],
    [say('key.id'), code(key.id)],
  ]
  return facts(...rows)
}

function limitsOf({ hour, burst }: NonNullable<KeyOut['limits']>): Value {
  return lines(
    ...(hour === undefined
      ? []
      : [text(hour === 'unlimited' ? say('organization.hour.unlimited') : say('key.limits.hour.text', { hour }))]),
    ...(burst === undefined ? [] : [text(say('key.limits.burst.text', { size: burst.size }))]),
  )
}

function ends(desk: Desk, key: KeyOut): Value {
  const end = at(key.expires_at)
  return end === null ? none : lines(relative(end, desk.now), day(end))
}

/** Newest first: only the first one stays. */
function secretsOf(desk: Desk, key: KeyOut): Block {
  const rotating = key.secrets.length > 1
  return section(
    'secrets',
    say('key.secrets'),
    [
      table({
        caption: say('key.secrets'),
        columns: [
          column(say('key.secret')),
          column(say('key.state')),
          column(say('key.made'), { aside: true }),
          column(say('key.last-used')),
          column(say('key.ends')),
        ],
        rows: key.secrets.map((one, index) =>
          row([
            code(`…${one.hint}`),
            index === 0
              ? badge(say('key.secret.current'), 'good')
              : badge(say(one.last_used_at === null ? 'key.secret.old' : 'key.secret.old-used'), 'caution'),
            day(at(one.created_at)),
            relative(at(one.last_used_at), desk.now),
            relative(at(one.expires_at), desk.now, { ticking: index > 0 }),
          ]),
        ),
        empty: empty('key', say('key.secrets.none'), say('key.secrets.none.text')),
      }),
    ],
    rotating ? { text: say('key.secrets.rotating') } : {},
  )
}

function scopesOf({ catalogue }: KeyPages, key: KeyOut): Block {
  return table({
    caption: say('key.scopes'),
    columns: [column(say('key.scope')), column(say('key.scope.resource')), column(say('key.scope.name'))],
    rows: key.scopes.map((name) => {
      const resource = catalogue.all().find(({ scopes }) => scopes.some((scope) => scope.name === name))
      return row([text(catalogue.scope(name)?.title ?? name), resource ? soft(resource.title) : none, code(name)])
    }),
    empty: empty('key', say('key.scopes.none'), say('key.scopes.none.text')),
  })
}

function chartOfKey(desk: Desk, { id }: KeyOut): Promise<Block> {
  return usageChart(desk, {
    title: say('usage.thirty-days'),
    interval: 'day',
    intervals: 30,
    groupBy: 'key',
    query: { key_id: id },
  })
}

function ending(path: string, { disabled }: KeyOut): Block {
  return section('end', say('key.end'), [], {
    text: say('key.end.text'),
    tone: 'danger',
    actions: [
      action(say(disabled ? 'key.enable' : 'key.disable'), `${path}/edit#field-disabled`),
      action(say('key.revoke'), `${path}/revoke`, 'danger'),
    ],
  })
}
