/** One client: what it is, what it may do, its secrets, and how it is used. */
import {
  action,
  badge,
  code,
  day,
  facts,
  lines,
  link,
  none,
  postAction,
  say,
  screen,
  section,
  snippet,
  soft,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import type { Desk } from '../desk.ts'
import { organizationNames } from '../names.ts'
import { usageChart } from '../usage-chart.ts'
import { at } from '../wire.ts'
import { countGrants, grantsText, type GrantCount } from './end.ts'
import { exampleOf } from './examples.ts'
import { clientBadges, crumbsTo, kindOf, pathOfClient, readClient, usesSecret, type ClientPages } from './parts.ts'
import { listSecrets, secretsSection } from './secrets.ts'

export async function showClient(desk: Desk, pages: ClientPages): Promise<void> {
  const client = await readClient(desk)
  const path = pathOfClient(client.id)
  const [names, secrets, grants, chart] = await Promise.all([
    organizationNames(desk, [client.organization_id]),
    usesSecret(client) ? listSecrets(desk) : null,
    countGrants(desk, client.id),
    usageChart(desk, {
      title: say('usage.thirty-days'),
      interval: 'day',
      intervals: 30,
      groupBy: 'client',
      query: { client_id: client.id },
    }),
  ])
  const organization: Value =
    client.organization_id === null
      ? text(say('client.platforms'))
      : link(
          names.get(client.organization_id) ?? client.organization_id,
          `/admin/organizations/${client.organization_id}`,
        )
  const { kind, code: example } = exampleOf(pages.issuer, client, null)
  desk.screen(
    screen({
      title: client.client_name,
      crumbs: crumbsTo(),
      badges: [{ text: say(`client.kind.${kindOf(client)}`), tone: 'neutral' }, ...clientBadges(client)],
      actions: [action(say('key.edit'), `${path}/edit`), action(say('client.rights'), `${path}/rights`)],
      blocks: [
        section('about', say('organization.about'), [about(client, organization, grants)], {
          actions: [action(say('desk.audit'), `/admin/audit?target_id=${encodeURIComponent(client.id)}`, 'quiet')],
        }),
        section('rights', say('client.may'), [rights(client)]),
        ...(secrets === null ? [] : [secretsSection(desk, client, secrets)]),
        section('example', say('client.example'), [
          snippet(say(kind === 'token' ? 'client.example.token' : 'client.example.settings'), example),
        ]),
        section('usage', say('desk.usage'), [chart]),
        ending(client, path),
      ],
    }),
  )
}

function about(client: ClientOut, organization: Value, grants: GrantCount): Block {
  const { redirect_uris, post_logout_redirect_uris } = client
  return facts(
    [say('client.id'), code(client.id)],
    [say('key.organization'), organization],
    [say('client.grants'), text(grantsText(grants))],
    ...(kindOf(client) === 'service'
      ? []
      : (
          [
            [say('client.redirects'), lines(...redirect_uris.map(code))],
            [
              say('client.post-logout'),
              post_logout_redirect_uris.length === 0 ? none : lines(...post_logout_redirect_uris.map(code)),
            ],
          ] as const
        ).map(([label, value]): [typeof label, Value] => [label, value])),
    [say('client.proof'), lines(text(say(proofOf(client))), code(client.token_endpoint_auth_method))],
    [say('key.made'), day(at(client.created_at))],
  )
}

function proofOf({ token_endpoint_auth_method: method }: ClientOut) {
  if (method === 'none') return 'client.proof.none'
  return method === 'private_key_jwt' ? 'client.proof.key' : 'client.proof.secret'
}

function rights(client: ClientOut): Block {
  return facts(
    [
      say('client.scopes'),
      client.scope === undefined ? text(say('client.scopes.any')) : lines(...client.scope.split(' ').map(code)),
    ],
    [
      say('key.tier'),
      client.tier === null ? text(say('key.tier.organizations')) : link(client.tier, `/admin/tiers/${client.tier}`),
    ],
    [say('client.limit-per'), text(say(`client.limit-per.${client.limit_per}`))],
    ...(client.introspects.length === 0
      ? []
      : [[say('client.introspects'), lines(...client.introspects.map(code))] as [ReturnType<typeof say>, Value]]),
    ...(client.grantable_scopes.length === 0
      ? []
      : [[say('client.grantable'), lines(...client.grantable_scopes.map(code))] as [ReturnType<typeof say>, Value]]),
    ...(client.pkce_exempt
      ? [
          [
            say('client.pkce'),
            lines(badge(say('client.pkce-exempt'), 'caution'), soft(say('client.pkce-exempt.hint'))),
          ] as [ReturnType<typeof say>, Value],
        ]
      : []),
  )
}

function ending({ disabled }: ClientOut, path: string): Block {
  return section('end', say('client.end'), [], {
    text: say(disabled ? 'client.end.disabled' : 'client.end.text'),
    tone: 'danger',
    actions: [
      disabled
        ? postAction(say('client.enable'), `${path}/enable`)
        : postAction(say('client.disable'), `${path}/disable`),
      action(say('client.delete'), `${path}/delete`, 'danger'),
    ],
  })
}
