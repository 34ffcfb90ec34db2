/** One protected API: how it is known, what its tokens are like, and what may be allowed there. */
import {
  action,
  badges,
  code,
  column,
  day,
  empty,
  facts,
  lines,
  paragraph,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Row, Text, Tone } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { findPolicy, pathOfPolicy, type PolicyOut } from '../policies/parts.ts'
import { at } from '../wire.ts'
import {
  crumbsTo,
  isOwn,
  lifetimeWords,
  pathOfResource,
  pathOfScope,
  readResource,
  type ResourceOut,
  type ScopeOut,
} from './parts.ts'

export async function showResource(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const own = isOwn(resource)
  const path = pathOfResource(resource)
  desk.screen(
    screen({
      title: resource.title,
      crumbs: crumbsTo(),
      badges: own ? [{ text: say('resource.own.badge'), tone: 'neutral' }] : [],
      actions: own ? [] : [action(say('resource.edit'), `${path}/edit`)],
      blocks: [
        section('about', say('resource.about'), [about(resource)]),
        scopesOf(resource, { path, own }),
        ...(own ? [] : [policyOf(resource, await findPolicy(desk, resource.name)), ending(path)]),
      ],
    }),
  )
}

function about(resource: ResourceOut): Block {
  const { format, lifetime } = resource.access_token
  return facts(
    [say('resource.identifier'), code(resource.identifier)],
    [say('resource.name'), code(resource.name)],
    [say('resource.token'), lines(text(say(`resource.format.${format}`)), soft(say(`resource.format.${format}.hint`)))],
    [say('resource.lifetime'), text(lifetimeWords(lifetime))],
    [say('resource.made'), day(at(resource.created_at))],
    [say('resource.id'), code(resource.id)],
  )
}

function scopesOf(resource: ResourceOut, { path, own }: { path: string; own: boolean }): Block {
  const add = action(say('resource.scope.add'), `${path}/new-scope`, 'primary', 'plus')
  return section(
    'scopes',
    say('resource.scopes'),
    [
      table({
        caption: say('resource.scopes'),
        columns: [
          column(say('resource.scope')),
          column(say('resource.scope.traits')),
          column(say('resource.scope.grantable-by')),
        ],
        rows: resource.scopes.map((scope) => scopeRow(scope, own ? null : pathOfScope(resource, scope.name))),
        empty: empty('key', say('resource.scopes.empty'), say('resource.scopes.empty.text'), own ? null : add),
      }),
    ],
    {
      text: say(own ? 'resource.own.scopes.text' : 'resource.scopes.text'),
      actions: own || resource.scopes.length === 0 ? [] : [add],
    },
  )
}

function scopeRow(scope: ScopeOut, href: string | null): Row {
  const words = scope.description === null ? [] : [soft(scope.description)]
  return row(
    [
      lines(text(scope.title), code(scope.name), ...words),
      badges(traits(scope)),
      text(say(`resource.grantable-by.${scope.grantable_by}`)),
    ],
    href,
  )
}

function traits({ optional, sensitive, writes }: ScopeOut): { text: Text; tone: Tone }[] {
  return [
    ...(writes ? [{ text: say('scope.writes'), tone: 'caution' as const }] : []),
    ...(sensitive ? [{ text: say('scope.sensitive'), tone: 'danger' as const }] : []),
    ...(optional ? [{ text: say('resource.scope.optional.badge'), tone: 'neutral' as const }] : []),
  ]
}

function policyOf({ name }: ResourceOut, policy: PolicyOut | null): Block {
  const path = pathOfPolicy(name)
  if (policy === null) {
    return section('policy', say('resource.policy'), [], {
      text: say('resource.policy.none'),
      actions: [action(say('policy.write'), `${path}/edit`)],
    })
  }
  return section(
    'policy',
    say('resource.policy'),
    [paragraph(say('resource.policy.text', { count: policy.routes.length }))],
    {
      actions: [action(say('policy.see'), path)],
    },
  )
}

function ending(path: string): Block {
  return section('end', say('resource.end'), [], {
    text: say('resource.end.text'),
    tone: 'danger',
    actions: [action(say('resource.delete'), `${path}/delete`, 'danger')],
  })
}
