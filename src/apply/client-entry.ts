/** What a file says of one client, and what that means: RFC 7591's metadata and what administrators set, with names in place of ids. */
import { z } from 'zod'
import { administratorFields } from '../clients/administrator-attributes.ts'
import type { Client } from '../clients/client.ts'
import { metadataOf } from '../clients/client.ts'
import { clientMetadataSchema } from '../clients/metadata.ts'
import { checkRegistration } from '../clients/metadata-rules.ts'
import { scopesOf } from '../clients/references.ts'
import type { Resource } from '../resources/resource.ts'
import { openidScopeNames } from '../resources/scope-name.ts'
import { titleFromName } from '../resources/words.ts'
import { withoutDefaults } from './without-defaults.ts'

const { client_name: name, scope: _, ...metadata } = clientMetadataSchema.shape
const { organization_id: __, slug: ___, introspects: ____, ...attributes } = administratorFields

const names = z
  .array(z.string().min(1).max(500))
  .max(200, { error: 'must have at most 200 entries' })
  .transform((all) => [...new Set(all)])

/** `secret`: as it comes over HTTP, or as a file says where it is. */
export function clientEntry<Secret extends z.ZodType>(secret: Secret) {
  const { verified, pkce_exempt, tier, limit_per, grantable_scopes } = attributes
  return z.strictObject({
    name,
    ...metadata,
    resources: names.optional().meta({
      description:
        'Resources, by their names: it may ask for whatever of them is not for administrators alone, and for OpenID Connect’s scopes.',
    }),
    scopes: names
      .refine((all) => all.length > 0, { error: 'must have at least one entry' })
      .optional()
      .meta({ description: 'It may ask for these, too. Without both, for anything that people may grant.' }),
    organization: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .optional()
      .meta({ description: 'Whose it is: an organization’s slug, or its id where it has none.' }),
    verified: verified.optional(),
    pkce_exempt: pkce_exempt.optional(),
    introspects: names
      .optional()
      .meta({ description: 'Resources, by their names or identifiers: it may introspect tokens for them.' }),
    tier: tier.optional(),
    limit_per: limit_per.optional(),
    grantable_scopes: grantable_scopes.optional(),
    // Nobody's emergency stop is undone by a file.
    disabled: z.boolean().optional().meta({ description: 'Whether it is stopped; stays as it is unless it is said.' }),
    secret: secret.optional(),
  })
}

export type ClientEntry = z.output<ReturnType<typeof clientEntry<z.ZodString>>>

export const wordsOf = (slug: string, { name: words }: Pick<ClientEntry, 'name'>): string =>
  words ?? titleFromName(slug)

/** What names of a file mean. */
export interface Names {
  /** Every resource that there is, the management API among them. */
  readonly resources: readonly Resource[]
  readonly organizationId: string | null
}

export interface Meant {
  metadata: Record<string, unknown>
  attributes: Record<string, unknown>
  /** Of the resources that it may ask for, those that there aren't. */
  unknown: { place: (string | number)[]; name: string }[]
}

/** In the names that a registration over HTTP has. */
export function meaningOf(slug: string, entry: ClientEntry, { resources, organizationId }: Names): Meant {
  const { name: _words, resources: asked, scopes, organization: _own, introspects = [], ...rest } = entry
  const { verified, pkce_exempt, tier, limit_per, grantable_scopes, disabled: _stopped, secret: _kept, ...said } = rest
  const byName = new Map(resources.map((one) => [one.name, one]))
  const whole = asked?.map((one) => byName.get(one))
  const scope = scopeOf(
    whole?.filter((one) => one !== undefined),
    scopes,
  )
  return {
    metadata: { ...said, client_name: wordsOf(slug, entry), ...(scope !== null && { scope }) },
    attributes: {
      verified,
      pkce_exempt,
      // What is no name is an identifier, or is told to be none by whoever looks for it.
      introspects: introspects.map((one) => byName.get(one)?.identifier ?? one),
      tier,
      limit_per,
      grantable_scopes,
      organization_id: organizationId,
      slug,
    },
    unknown: (asked ?? []).flatMap((one, index) =>
      byName.has(one) ? [] : [{ place: ['resources', index], name: one }],
    ),
  }
}

/** Null: anything that people may grant. What is for administrators has to be named by itself. */
function scopeOf(resources: readonly Resource[] | undefined, scopes: readonly string[] | undefined): string | null {
  if (!resources && !scopes) return null
  const whole = resources?.flatMap((one) =>
    one.scopes.flatMap(({ name: scope, grantableBy }) => (grantableBy === 'administrator' ? [] : [scope])),
  )
  const all = [...(whole ? [...openidScopeNames, ...whole] : []), ...(scopes ?? [])]
  return [...new Set(all)].toSorted().join(' ')
}

/** A client as people compare it, with every field of it. */
export function shownClient(client: Client, { resources, organization }: Shown) {
  const { client_id: _id, client_id_issued_at: _at, client_name, scope: _scope, ...rest } = metadataOf(client)
  const identifiers = new Map(resources.map((one) => [one.identifier, one.name]))
  return {
    name: client_name as string,
    ...rest,
    scopes: client.scope === null ? null : scopesOf(client.scope).toSorted(),
    organization,
    verified: client.verified,
    pkce_exempt: client.pkceExempt,
    introspects: client.introspects.map((one) => identifiers.get(one) ?? one),
    tier: client.tier,
    limit_per: client.limitPer,
    grantable_scopes: [...client.grantableScopes],
    disabled: client.disabledAt !== null,
  }
}

export interface Shown {
  readonly resources: readonly Resource[]
  /** Its organization's slug, or the id where that has none. */
  readonly organization: string | null
}

/** What a file would make it from. */
export function saidClient(slug: string, client: Client, shown: Shown): ClientEntry {
  // These follow from the rest, where they are what they would be.
  const {
    application_type: _type,
    response_types: _types,
    client_id: _id,
    client_id_issued_at: _at,
    ...rest
  } = metadataOf(client)
  const derived = checkRegistration(rest)
  return withoutDefaults(shownClient(client, shown) as unknown as ClientEntry, {
    name: titleFromName(slug),
    redirect_uris: [],
    post_logout_redirect_uris: [],
    contacts: [],
    scopes: null,
    organization: null,
    verified: false,
    pkce_exempt: false,
    introspects: [],
    tier: null,
    limit_per: 'client',
    grantable_scopes: [],
    disabled: false,
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    ...(derived.ok && {
      application_type: derived.registration.applicationType,
      response_types: derived.registration.responseTypes,
    }),
  })
}
