/** What only whoever runs the platform says of a key: whose it is, and what it may spend besides its tier. */
import { choiceGroup, choices, input, say, select } from '../../../http/screen-parts.ts'
import type { Fault, Field, Text } from '../../../http/screen.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'
import { findOrganization, organizationField } from '../find-organization.ts'
import { tierNames } from '../organizations/tiers.ts'
import { wantedOf } from '../shown.ts'
import type { KeyOut, Listed } from '../wire.ts'
import type { KeyPages } from './parts.ts'
import { scopeField } from './scope-choices.ts'

// ── Whose it is ──────────────────────────────────────────────────────────────────────────────────────────────────────

interface Owner {
  organization_id?: string
  user_id?: string
  service_account_id?: string
}

/** `?owner=<organization>/<service account>` comes from a service account's page. */
export function ownerFields(desk: Desk): Field[] {
  const [organization = '', account = ''] = (desk.query['owner'] ?? desk.query['organization'] ?? '').split('/')
  return [
    organizationField('organization', desk.typed('organization') || organization, {
      hint: say('key.organization.hint'),
      required: false,
    }),
    input('acts_for', {
      label: say('key.owner'),
      hint: say('key.acts-for.hint'),
      value: desk.typed('acts_for') || account,
      required: false,
    }),
  ]
}

export type FoundOwner = { ok: true; owner: Owner } | { ok: false; fault: Fault }

/** Nothing said: the administrator themselves, in their own organization. */
export async function findOwner(desk: Desk): Promise<FoundOwner> {
  const typed = desk.typed('acts_for')
  if (desk.typed('organization') === '') {
    if (typed.startsWith('svc_') || (typed !== '' && !isPerson(typed)))
      return refused('organization', say('key.organization.needed'))
    const person = await findPerson(desk, typed)
    return person === null ? refused('acts_for', say('key.acts-for.none')) : { ok: true, owner: { user_id: person } }
  }
  const found = await findOrganization(desk, 'organization')
  if (!found.ok) return found
  const organization_id = found.organization.id
  if (typed === '' || isPerson(typed)) {
    const person = await findPerson(desk, typed)
    if (person === null) return refused('acts_for', say('key.acts-for.none'))
    return { ok: true, owner: { organization_id, user_id: person } }
  }
  const account = await findAccount(desk, organization_id, typed)
  if (account === null) return refused('acts_for', say('key.acts-for.none'))
  return { ok: true, owner: { organization_id, service_account_id: account } }
}

const refused = (field: string, text: Text): FoundOwner => ({ ok: false, fault: { field, text } })
const isPerson = (typed: string): boolean => typed.includes('@') || typed.startsWith('usr_')

async function findPerson(desk: Desk, typed: string): Promise<string | null> {
  if (typed === '') return desk.person.id
  if (typed.length > 254) return null
  const query = typed.startsWith('usr_') ? { ids: typed } : { email: typed }
  const { data } = await desk.api.get<Listed<UserOut>>('/v1/users', query)
  return data[0]?.id ?? null
}

async function findAccount(desk: Desk, organizationId: string, typed: string): Promise<string | null> {
  const path = `/v1/organizations/${organizationId}/service-accounts`
  const { data } = await desk.api.get<Listed<{ id: string; name: string }>>(path, { limit: '200' })
  return data.find(({ id, name }) => id === typed || name === typed)?.id ?? null
}

// ── What it may spend, and what it is called elsewhere ───────────────────────────────────────────────────────────────

const limitNames = ['limits.hour', 'limits.burst.size', 'limits.burst.refill_per_second'] as const
/** By the names of the fields. */
type Spending = Record<'tier' | 'external_id' | (typeof limitNames)[number], string>

/** As it is shown of a key; null: of a new one. */
export function platformHeld(key: KeyOut | null): Spending {
  const { hour, burst } = key?.limits ?? {}
  return {
    tier: key?.tier ?? '',
    'limits.hour': String(hour ?? ''),
    'limits.burst.size': String(burst?.size ?? ''),
    'limits.burst.refill_per_second': String(burst?.refill_per_second ?? ''),
    external_id: key?.external_id ?? '',
  }
}

function platformTyped(desk: Desk): Spending {
  const names = Object.keys(platformHeld(null)) as (keyof Spending)[]
  return Object.fromEntries(names.map((name) => [name, desk.typed(name)])) as Spending
}

/** @param key null: a new one */
export async function platformFields(desk: Desk, pages: KeyPages, key: KeyOut | null): Promise<Field[]> {
  const tiers = await tierNames(desk)
  const values = desk.ctx.method === 'POST' ? platformTyped(desk) : platformHeld(key)
  const typed = (name: keyof Spending, label: Text, hint: Text | null): Field =>
    input(name, { label, hint, value: values[name], required: false })
  return [
    select('tier', {
      label: say('key.tier'),
      value: values.tier,
      options: [
        { value: '', label: say('key.tier.organizations') },
        ...tiers.map((name) => ({ value: name, label: name })),
      ],
    }),
    typed('limits.hour', say('key.limits.hour'), say('key.limits.hour.hint')),
    typed('limits.burst.size', say('key.limits.burst'), say('key.limits.burst.hint')),
    typed('limits.burst.refill_per_second', say('key.limits.refill'), say('key.limits.refill.hint')),
    typed('external_id', say('key.external-id'), say('key.external-id.hint')),
    ...(key === null ? [grantableField(desk, pages)] : []),
  ]
}

/** Folded, since few keys make others. */
function grantableField(desk: Desk, pages: KeyPages): Field {
  const chosen = desk.ticked('grantable_scopes')
  const all = scopeField(pages, {
    label: say('key.grantable'),
    hint: say('key.grantable.hint'),
    among: null,
    chosen,
    giver: { administrator: true, organizationAdmin: true },
  })
  const groups = all.kind === 'choices' ? all.groups : []
  return choices('grantable_scopes', {
    label: say('key.grantable'),
    hint: say('key.grantable.hint'),
    groups: groups.map(({ title, choices: some }) => choiceGroup(some, title, !some.some(({ checked }) => checked))),
  })
}

/** As the API takes it: text that is no number goes on as it is, and comes back as the fault it is. */
function limitsOf(values: Spending): object | null {
  const number = (name: keyof Spending): number | string | undefined => {
    const typed = values[name]
    if (typed === '') return undefined
    return Number.isNaN(Number(typed)) ? typed : Number(typed)
  }
  const size = number('limits.burst.size')
  const refill = number('limits.burst.refill_per_second')
  const hour = number('limits.hour')
  const burst = size === undefined && refill === undefined ? undefined : { size, refill_per_second: refill }
  return hour === undefined && burst === undefined ? null : { hour, burst }
}

export function platformBodyOfNew(desk: Desk): object {
  const values = platformTyped(desk)
  const limits = limitsOf(values)
  const grantable = desk.ticked('grantable_scopes')
  return {
    ...(values.tier === '' ? {} : { tier: values.tier }),
    ...(limits === null ? {} : { limits }),
    ...(values.external_id === '' ? {} : { external_id: values.external_id }),
    ...(grantable.length === 0 ? {} : { grantable_scopes: grantable }),
  }
}

/** The limits are one to the API. */
export function platformBodyOfChange(desk: Desk, key: KeyOut): object {
  const held = platformHeld(key)
  const wanted = wantedOf(desk, held, platformTyped(desk))
  return {
    ...(wanted.tier !== undefined && { tier: wanted.tier || null }),
    ...(wanted.external_id !== undefined && { external_id: wanted.external_id || null }),
    ...(limitNames.some((name) => wanted[name] !== undefined) && { limits: limitsOf({ ...held, ...wanted }) }),
  }
}
