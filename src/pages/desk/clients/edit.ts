/** What can be changed of a client: what it registered, and apart from it what only an administrator sets. */
import { area, choices, form, input, say, screen, select, tick } from '../../../http/screen-parts.ts'
import type { Fault, Field, Text } from '../../../http/screen.ts'
import { limitPerValues } from '../../../clients/client.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import type { Desk } from '../desk.ts'
import { findOrganization, organizationField } from '../find-organization.ts'
import { tierNames } from '../organizations/tiers.ts'
import { movedFault, patch, shownFields, wantedOf } from '../shown.ts'
import { linesOf } from './new.ts'
import { crumbsTo, kindOf, pathOfClient, readClient, type ClientPages } from './parts.ts'
import { clientScopeField, offeredOfPerson, resourceGroups, scopeOf } from './scopes.ts'

const addresses = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const

export async function showEdit(desk: Desk, pages: ClientPages, faults: Fault[] = [], moved = false): Promise<void> {
  const client = await readClient(desk)
  const again = desk.ctx.method === 'POST'
  const value = (name: string, kept: string): string => (again ? desk.typed(name) : kept)
  const service = kindOf(client) === 'service'
  const fields: Field[] = [
    ...shownFields(desk, keptOf(client), moved),
    input('client_name', { label: say('client.name'), value: value('client_name', client.client_name) }),
    ...(service
      ? []
      : [
          area('redirect_uris', {
            label: say('client.redirects'),
            hint: say('client.redirects.hint'),
            value: value('redirect_uris', client.redirect_uris.join('\n')),
            mono: true,
          }),
          area('post_logout_redirect_uris', {
            label: say('client.post-logout'),
            hint: say('client.post-logout.hint'),
            value: value('post_logout_redirect_uris', client.post_logout_redirect_uris.join('\n')),
            mono: true,
          }),
        ]),
    clientScopeField(pages, again ? desk.ticked('scope') : (client.scope?.split(' ') ?? [])),
    ...(service
      ? []
      : addresses.map((name) =>
          input(name, {
            type: 'url',
            label: say(`client.${name}`),
            value: value(name, client[name] ?? ''),
            required: false,
          }),
        )),
  ]
  showForm(desk, client, 'edit', {
    title: say('key.edit.title', { name: client.client_name }),
    lead: null,
    fields,
    faults,
  })
}

export async function editClient(desk: Desk, pages: ClientPages): Promise<void> {
  const client = await readClient(desk)
  const kept = keptOf(client)
  const scopes = [...untold(pages, kept.scope), ...desk.ticked('scope')]
  const wanted = wantedOf(desk, kept, typedOf(desk, client, scopes))
  const { scope, ...rest } = wanted
  // None would be any that people may grant.
  if (scope?.length === 0 && scopes.length > 0) return showEdit(desk, pages, [movedFault('scope')], true)
  const body = {
    ...rest,
    ...(scope && { scope: scopeOf(scope) ?? null }),
    ...Object.fromEntries(addresses.flatMap((name) => (rest[name] === '' ? [[name, null]] : []))),
  }
  await change(desk, client, body, (faults) => showEdit(desk, pages, faults))
}

// A type, since an interface is no record of fields.
type Kept = { client_name: string; scope: readonly string[] } & {
  redirect_uris?: readonly string[]
  post_logout_redirect_uris?: readonly string[]
} & { [Name in (typeof addresses)[number]]?: string }

function keptOf(client: ClientOut): Kept {
  const kept = { client_name: client.client_name, scope: client.scope?.split(' ') ?? [] }
  if (kindOf(client) === 'service') return kept
  const { redirect_uris, post_logout_redirect_uris } = client
  const places = Object.fromEntries(addresses.map((name) => [name, client[name] ?? '']))
  return { ...kept, redirect_uris, post_logout_redirect_uris, ...places }
}

function typedOf(desk: Desk, client: ClientOut, scope: readonly string[]): Kept {
  const typed = { client_name: desk.typed('client_name'), scope }
  if (kindOf(client) === 'service') return typed
  return {
    ...typed,
    redirect_uris: linesOf(desk.typed('redirect_uris')),
    post_logout_redirect_uris: linesOf(desk.typed('post_logout_redirect_uris')),
    ...Object.fromEntries(addresses.map((name) => [name, desk.typed(name)])),
  }
}

export async function showRights(desk: Desk, pages: ClientPages, faults: Fault[] = []): Promise<void> {
  const client = await readClient(desk)
  const tiers = await tierNames(desk)
  const again = desk.ctx.method === 'POST'
  const value = (name: string, kept: string): string => (again ? desk.typed(name) : kept)
  const ticked = (name: string, kept: boolean): boolean => (again ? desk.typed(name) === 'on' : kept)
  const grantable = again ? desk.ticked('grantable_scopes') : client.grantable_scopes
  const fields: Field[] = [
    ...shownFields(desk, rightsOf(client)),
    tick('verified', {
      label: say('client.verified.short'),
      hint: say('client.verified.hint'),
      checked: ticked('verified', client.verified),
    }),
    organizationField('organization', value('organization', client.organization_id ?? ''), {
      hint: say('client.organization.hint'),
      required: false,
    }),
    select('tier', {
      label: say('key.tier'),
      value: value('tier', client.tier ?? ''),
      options: [
        { value: '', label: say('key.tier.organizations') },
        ...tiers.map((name) => ({ value: name, label: name })),
      ],
    }),
    select('limit_per', {
      label: say('client.limit-per'),
      value: value('limit_per', client.limit_per),
      options: limitPerValues.map((one) => ({ value: one, label: say(`client.limit-per.${one}`) })),
    }),
    input('slug', {
      label: say('organization.slug'),
      hint: say('organization.slug.hint'),
      value: value('slug', client.slug ?? ''),
      required: false,
    }),
    ...(mayIntrospect(client)
      ? [
          area('introspects', {
            label: say('client.introspects'),
            hint: say('client.introspects.hint'),
            value: value('introspects', client.introspects.join('\n')),
            mono: true,
          }),
        ]
      : []),
    ...(mayGoWithoutPkce(client)
      ? [
          tick('pkce_exempt', {
            label: say('client.pkce-exempt'),
            hint: say('client.pkce-exempt.hint'),
            checked: ticked('pkce_exempt', client.pkce_exempt),
          }),
        ]
      : []),
    choices('grantable_scopes', {
      label: say('client.grantable'),
      hint: say('client.grantable.hint'),
      groups: resourceGroups(pages, grantable, true),
    }),
  ]
  showForm(desk, client, 'rights', {
    title: say('client.rights.title', { name: client.client_name }),
    lead: say('client.rights.lead'),
    fields,
    faults,
  })
}

const mayIntrospect = ({ token_endpoint_auth_method: method }: ClientOut): boolean => method !== 'none'
const mayGoWithoutPkce = (client: ClientOut): boolean => mayIntrospect(client) && kindOf(client) !== 'service'

export async function changeRights(desk: Desk, pages: ClientPages): Promise<void> {
  const client = await readClient(desk)
  const again = (faults: Fault[]) => showRights(desk, pages, faults)
  const kept = rightsOf(client)
  const wanted = wantedOf(desk, kept, {
    verified: desk.typed('verified') === 'on',
    organization: desk.typed('organization'),
    tier: desk.typed('tier'),
    limit_per: desk.typed('limit_per'),
    slug: desk.typed('slug'),
    introspects: linesOf(desk.typed('introspects')),
    pkce_exempt: desk.typed('pkce_exempt') === 'on',
    grantable_scopes: [...untold(pages, kept.grantable_scopes), ...desk.ticked('grantable_scopes')],
  })
  const { organization, tier, slug, ...rest } = wanted
  const owner = organization ? await findOrganization(desk, 'organization') : null
  if (owner && !owner.ok) return again([owner.fault])
  const body = {
    ...rest,
    ...(organization !== undefined && { organization_id: owner?.organization.id ?? null }),
    ...(tier !== undefined && { tier: tier || null }),
    ...(slug !== undefined && { slug: slug || null }),
  }
  await change(desk, client, body, again)
}

function rightsOf(client: ClientOut) {
  const { verified, organization_id, tier, limit_per, slug, introspects, pkce_exempt, grantable_scopes } = client
  return {
    verified,
    organization: organization_id ?? '',
    tier: tier ?? '',
    limit_per: limit_per as string,
    slug: slug ?? '',
    ...(mayIntrospect(client) && { introspects }),
    ...(mayGoWithoutPkce(client) && { pkce_exempt }),
    grantable_scopes,
  }
}

/** Names that have no tick here, such as `*`, stay as they are. */
function untold({ catalogue }: Pick<ClientPages, 'catalogue'>, names: readonly string[]): string[] {
  return names.filter((name) => !catalogue.scope(name) && !offeredOfPerson.has(name))
}

async function change(
  desk: Desk,
  { id }: ClientOut,
  body: object,
  again: (faults: Fault[]) => Promise<void>,
): Promise<void> {
  await desk.attempt(() => patch(desk, `/v1/clients/${desk.params['id']}`, body), {
    done: () => desk.done(pathOfClient(id), 'saved'),
    again: (faults) => again(faults.map(besideItsField)),
  })
}

const besideItsField = (fault: Fault): Fault =>
  fault.field === 'organization_id' ? { ...fault, field: 'organization' } : fault

function showForm(
  desk: Desk,
  client: ClientOut,
  place: 'edit' | 'rights',
  { title, lead, fields, faults }: { title: Text; lead: Text | null; fields: Field[]; faults: Fault[] },
): void {
  const path = pathOfClient(client.id)
  desk.screen(
    screen({
      title,
      lead,
      crumbs: crumbsTo(client),
      narrow: true,
      blocks: [form({ action: `${path}/${place}`, submit: say('desk.save'), cancelHref: path, faults, fields })],
    }),
    faults.length > 0 ? 422 : 200,
  )
}
