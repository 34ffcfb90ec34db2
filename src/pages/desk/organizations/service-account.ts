/** One service account, with the keys that act for it. */
import {
  action,
  code,
  day,
  empty,
  facts,
  notice,
  postAction,
  say,
  screen,
  section,
  text,
} from '../../../http/screen-parts.ts'
import type { Action, Block, Fault, Screen, Text, Value } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { ServiceAccountOut } from '../../../organizations/service-accounts/api.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { keyTable } from '../keys/table.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'
import {
  administersIt,
  crumbsTo,
  managerIn,
  pathOfOrganization,
  readOrganization,
  type OrganizationPages,
} from './parts.ts'
import { stateOf } from './service-accounts.ts'

export interface FoundAccount {
  organization: OrganizationOut
  account: ServiceAccountOut
  /** Its page, and its route. */
  path: string
  route: string
}

export async function readAccount(desk: Desk, pages: OrganizationPages): Promise<FoundAccount> {
  const organization = await readOrganization(desk)
  const route = `/v1/organizations/${organization.id}/service-accounts/${desk.params['account']}`
  const account = await desk.api.get<ServiceAccountOut>(route)
  return {
    organization,
    account,
    path: `${pathOfOrganization(pages, organization.id)}/service-accounts/${account.id}`,
    route,
  }
}

export function crumbsToAccount(pages: OrganizationPages, { organization }: FoundAccount): Screen['crumbs'] {
  const href = `${pathOfOrganization(pages, organization.id)}/service-accounts`
  return [...crumbsTo(pages, organization), { text: say('organization.view.service-accounts'), href }]
}

export async function showAccount(desk: Desk, pages: OrganizationPages, faults: readonly Fault[] = []): Promise<void> {
  const found = await readAccount(desk, pages)
  const { organization, account, path } = found
  const mayChange = administersIt(managerIn(desk, pages, organization.id))
  const state = stateOf(account)
  desk.screen(
    screen({
      title: account.name,
      lead: account.description,
      crumbs: crumbsToAccount(pages, found),
      badges: state.kind === 'badges' ? state.badges : [],
      actions: mayChange ? actionsOf(pages, found) : [],
      blocks: [
        ...faults.map(({ text: said }) => notice(said, 'danger')),
        await keysOf(desk, pages, account),
        section('about', say('organization.about'), [
          facts(
            ...(account.administrator
              ? [[say('service-account.administrator'), text(say('value.yes'))] as [Text, Value]]
              : []),
            [say('organization.since'), day(at(account.created_at))],
            [say('organization.id'), code(account.id)],
          ),
        ]),
        ...(mayChange
          ? [
              section('end', say('service-account.delete'), [], {
                text: say('service-account.delete.hint'),
                tone: 'danger',
                actions: [action(say('service-account.delete'), `${path}/delete`, 'danger')],
              }),
            ]
          : []),
      ],
    }),
    faults.length > 0 ? 409 : 200,
  )
}

function actionsOf(pages: OrganizationPages, { organization, account, path }: FoundAccount): Action[] {
  const owner = new URLSearchParams({ owner: `${organization.id}/${account.id}` })
  return [
    ...(account.disabled || pages.base === '/admin'
      ? []
      : [action(say('key.issue'), `${pages.base}/keys/new?${owner.toString()}`, 'primary', 'plus')]),
    action(say('organization.edit'), `${path}/edit`),
    postAction(
      say(account.disabled ? 'service-account.enable' : 'service-account.disable'),
      `${path}/${account.disabled ? 'enable' : 'disable'}`,
    ),
  ]
}

async function keysOf(desk: Desk, { base }: OrganizationPages, account: ServiceAccountOut): Promise<Block> {
  const { data, next_cursor } = await desk.api.get<Listed<KeyOut>>('/v1/keys', {
    organization_id: account.organization_id,
    service_account_id: account.id,
    limit: '20',
  })
  const all = `${base}/keys?organization=${account.organization_id}`
  return section(
    'keys',
    say('desk.keys'),
    [
      keyTable(data, {
        base,
        now: desk.now,
        empty: empty('key', say('service-account.keys.none'), say('service-account.keys.none.text')),
      }),
    ],
    next_cursor === null ? {} : { actions: [action(say('organization.keys'), all)] },
  )
}

/** Both are taken back by the other, so they are done at once. */
export async function setDisabled(desk: Desk, pages: OrganizationPages, disabled: boolean): Promise<void> {
  const { path, route } = await readAccount(desk, pages)
  await desk.attempt(() => desk.api.call('PATCH', route, { body: { disabled } }), {
    done: () => desk.done(path, disabled ? 'service-account-disabled' : 'service-account-enabled'),
    again: (faults) => showAccount(desk, pages, faults),
  })
}

export async function askDeleteAccount(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const found = await readAccount(desk, pages)
  const { account, path } = found
  const { name } = account
  confirmation(desk, {
    title: say('service-account.delete.title', { name }),
    text: say('service-account.delete.text'),
    crumbs: [...crumbsToAccount(pages, found), { text: name, href: path }],
    action: `${path}/delete`,
    submit: say('service-account.delete.submit', { name }),
    cancelHref: path,
    faults,
  })
}

export async function deleteAccount(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { organization, route } = await readAccount(desk, pages)
  await desk.attempt(() => desk.api.call('DELETE', route), {
    done: () => desk.done(`${pathOfOrganization(pages, organization.id)}/service-accounts`, 'service-account-deleted'),
    again: (faults) => askDeleteAccount(desk, pages, faults),
  })
}
