/** Clients as `/v1` takes and gives them: RFC 7591 metadata, and beside it what is ours. */
import { z } from 'zod'
import { time, timeOut } from '../http/api/wire.ts'
import { administratorFields } from './administrator-attributes.ts'
import { applicationTypes, authMethods, limitPerValues, metadataOf, type Client, type ClientSecret } from './client.ts'
import { clientMetadataSchema } from './metadata.ts'
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from './rotate-secret.ts'

type Fields = Readonly<Record<string, z.ZodType>>
type Optional<T extends Fields> = { [K in keyof T]: z.ZodOptional<T[K]> }
type Nullable<T extends Fields> = { [K in keyof T]: z.ZodNullable<T[K]> }

const mapped = (fields: Fields, change: (field: z.ZodType) => z.ZodType) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)]))

const attributes = mapped(administratorFields, (field) => field.optional()) as Optional<typeof administratorFields>

export const clientBody = z.strictObject({ ...clientMetadataSchema.shape, ...attributes })

/** Null takes away what was registered. */
export const clientChanges = z.strictObject({
  ...(mapped(clientMetadataSchema.shape, (field) => field.nullable()) as Nullable<typeof clientMetadataSchema.shape>),
  ...attributes,
  disabled: z.boolean().optional().describe('Stops it, or lets it go on.'),
})

const LONGEST_LIFE_SECONDS = 10 * 365 * 86_400
const life = `must be a whole number of seconds from 60 to ${LONGEST_LIFE_SECONDS}`

export const secretBody = z.strictObject({
  expires_in: z
    .int({ error: life })
    .min(60, { error: life })
    .max(LONGEST_LIFE_SECONDS, { error: life })
    .optional()
    .describe('Its life in seconds; unless said, until it is deleted.'),
})

const grace = `must be a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}`

export const rotationBody = z.strictObject({
  grace_period: z
    .int({ error: grace })
    .min(0, { error: grace })
    .max(MAX_GRACE_SECONDS, { error: grace })
    .default(DEFAULT_GRACE_SECONDS)
    .describe('How long, in seconds, the secret before works on; 0 ends it at once.'),
})

const text = z.string().optional()

const clientShape = {
  id: z.string(),
  client_id: z.string().describe('The same as `id`, as RFC 7591 calls it.'),
  client_id_issued_at: z.int().describe('In Unix seconds, as RFC 7591 has it.'),
  client_name: z.string(),
  redirect_uris: z.array(z.string()),
  post_logout_redirect_uris: z.array(z.string()),
  grant_types: z.array(z.string()),
  response_types: z.array(z.string()),
  application_type: z.enum(applicationTypes),
  token_endpoint_auth_method: z.enum(authMethods),
  token_endpoint_auth_signing_alg: text,
  id_token_signed_response_alg: text,
  subject_type: text,
  default_max_age: z.int().optional(),
  require_auth_time: z.boolean().optional(),
  initiate_login_uri: text,
  software_id: text,
  software_version: text,
  scope: text,
  contacts: z.array(z.string()),
  client_uri: text,
  logo_uri: text,
  policy_uri: text,
  tos_uri: text,
  jwks_uri: text,
  jwks: z.strictObject({ keys: z.array(z.looseObject({})) }).optional(),
  origin: z.enum(['administrator', 'self_registered']).describe('Whether an administrator vouches for it.'),
  verified: z.boolean().describe('Whether consent says that the platform knows it.'),
  pkce_exempt: z.boolean(),
  introspects: z.array(z.string()).describe('Resources of whose tokens it learns by introspection.'),
  tier: z.string().nullable().describe('null: its organization’s.'),
  limit_per: z.enum(limitPerValues).describe('What is counted: the client as a whole, or each of its users.'),
  grantable_scopes: z.array(z.string()).describe('What keys that it makes may have besides its own scopes.'),
  organization_id: z.string().nullable().describe('null: the platform’s own.'),
  slug: z.string().nullable().describe('The name by which files (`keygrant apply`) know it.'),
  disabled: z.boolean(),
  disabled_at: timeOut.nullable(),
  created_at: timeOut,
  updated_at: timeOut,
}

export const clientOut = z.strictObject(clientShape).meta({ id: 'Client' })

const shownOnce = z
  .string()
  .nullable()
  .describe('The secret itself, in this answer only. null for a client that proves itself without one.')

export const newClientOut = z.strictObject({ ...clientShape, secret: shownOnce }).meta({ id: 'ClientWithSecret' })

const secretShape = {
  id: z.string(),
  hint: z.string().describe('How it ends, to tell it from others.'),
  created_at: timeOut,
  expires_at: timeOut.nullable(),
}

export const secretOut = z.strictObject(secretShape).meta({ id: 'ClientSecret' })

const newSecretShape = { ...secretShape, secret: shownOnce }

export const newSecretOut = z.strictObject(newSecretShape).meta({ id: 'NewClientSecret' })

export const rotatedSecretOut = z.strictObject({
  ...newSecretShape,
  old_secret_expires_at: timeOut.nullable().describe('When the secret before ends; null: it has.'),
})

export type ClientOut = z.output<typeof clientOut>

export function showClient(client: Client): ClientOut {
  return {
    ...(metadataOf(client) as Pick<ClientOut, 'client_id' | 'client_id_issued_at' | 'contacts'> & ClientOut),
    id: client.id,
    origin: client.origin,
    verified: client.verified,
    pkce_exempt: client.pkceExempt,
    introspects: [...client.introspects],
    tier: client.tier,
    limit_per: client.limitPer,
    grantable_scopes: [...client.grantableScopes],
    organization_id: client.organizationId,
    slug: client.slug,
    disabled: client.disabledAt !== null,
    disabled_at: time(client.disabledAt),
    created_at: time(client.createdAt),
    updated_at: time(client.updatedAt),
  }
}

export function showSecret({ id, hint, createdAt, expiresAt }: ClientSecret): z.output<typeof secretOut> {
  return { id, hint, created_at: time(createdAt), expires_at: time(expiresAt) }
}

/** What an administrator has set, in wire names: what a change begins with. */
export function attributesOf(client: Client) {
  const { verified, pkce_exempt, introspects, tier, limit_per, grantable_scopes, organization_id, slug } =
    showClient(client)
  return { verified, pkce_exempt, introspects, tier, limit_per, grantable_scopes, organization_id, slug }
}
