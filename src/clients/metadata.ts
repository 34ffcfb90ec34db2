/** RFC 7591 client metadata as an administrator may register it: each field by itself. What fields mean together is in metadata-rules.ts. */
import { z } from 'zod'
import { isKeepable, isWithin } from '../http/api/wire.ts'
import { applicationTypes, authMethods } from './client.ts'
import { checkRedirectUri } from './redirect-uri.ts'

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const

const redirectUri = z
  .string()
  .superRefine((uri, context) => {
    const checked = checkRedirectUri(uri)
    if (!checked.ok) context.addIssue({ code: 'custom', message: checked.fault })
  })
  .meta({ format: 'uri' })

const webUri = z
  .string()
  .max(2000)
  .refine((uri) => URL.canParse(uri) && /^https?:\/\/[^/]/.test(uri), { error: 'must be an http(s) URL' })
  .meta({ format: 'uri' })

const httpsUri = webUri.refine((uri) => uri.startsWith('https:'), { error: 'must be an https URL' })

/**
 * Shown to people as it is: no control characters, and none that turn the direction of what follows or show nothing, with
 * which one name could be made to look like another.
 */
const name = z
  .string()
  .trim()
  .min(1, { error: 'must not be empty' })
  .max(100, { error: 'must have at most 100 characters' })
  .refine((text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u.test(text), {
    error: 'must not have control characters or invisible ones',
  })

/** A list without repetitions. */
const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .array(item)
    .max(max, { error: `must have at most ${max} entries` })
    .transform((items) => [...new Set(items)])

/** No member that anybody has registered has more; what has can't be kept. */
const JWK_DEPTH = 4

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const

/** RFC 7517. Only public halves of pairs: a client that sends us its private key has just made it public. */
const publicKey = z
  .looseObject({ kty: z.string() })
  .refine((jwk) => isWithin(jwk, JWK_DEPTH), { error: `must be at most ${JWK_DEPTH} levels deep`, abort: true })
  .refine(isKeepable, { error: 'must not hold the character U+0000, nor half of a surrogate pair' })
  .refine((jwk) => jwk.kty !== 'oct', { error: 'must be an asymmetric key' })
  .refine((jwk) => !privateMembers.some((member) => member in jwk), {
    error: 'must be the public half only: this one holds a private key, which must not be used any more',
  })

/** RFC 6749, 3.3: visible ASCII but for `"` and `\`, separated by one space. */
const scope = z
  .string()
  .max(4000)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
    error: 'must be scope names separated by single spaces',
  })
  .transform((text) => [...new Set(text.split(' '))].join(' '))

/** The signatures that private_key_jwt may carry; never the client's choice of `none` or of a symmetric one. */
const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const

export const clientMetadataSchema = z.strictObject({
  client_name: name.optional().describe('What people read at consent; unless said, its id.'),
  redirect_uris: listOf(redirectUri, 50).optional().describe('Compared as they are written.'),
  post_logout_redirect_uris: listOf(redirectUri, 50).optional(),
  grant_types: listOf(z.enum(grantTypes), grantTypes.length)
    .optional()
    .describe('Unless said, authorization_code and refresh_token.'),
  response_types: listOf(z.literal('code', { error: 'may only be code: OAuth 2.1 has no other' }), 1)
    .optional()
    .describe('Unless said, what follows from the grants.'),
  token_endpoint_auth_method: z
    .enum(authMethods)
    .optional()
    .describe('Unless said, client_secret_basic; `none` for what can keep no secret.'),
  token_endpoint_auth_signing_alg: z.enum(assertionAlgorithms).optional(),
  application_type: z.enum(applicationTypes).optional().describe('Unless said, by the redirect URIs.'),
  scope: scope.optional().describe('Scopes that it may ask for, separated by spaces; unless said, any.'),
  contacts: listOf(z.email({ error: 'must be an e-mail address' }), 10).optional(),
  client_uri: webUri.optional(),
  logo_uri: webUri.optional(),
  policy_uri: webUri.optional(),
  tos_uri: webUri.optional(),
  jwks: z.strictObject({ keys: z.array(publicKey).min(1).max(20) }).optional(),
  jwks_uri: httpsUri.optional(),
  id_token_signed_response_alg: z.enum(['RS256', 'ES256']).optional(),
  subject_type: z.literal('public', { error: 'may only be public' }).optional(),
  default_max_age: z.int().min(0).optional(),
  require_auth_time: z.boolean().optional(),
  initiate_login_uri: httpsUri.optional(),
  software_id: z.string().max(200).optional(),
  software_version: z.string().max(200).optional(),
})

export type ClientMetadata = z.output<typeof clientMetadataSchema>

/** Those that have no column of their own and rest in `clients.metadata`. */
export const uncolumnedFields = [
  'token_endpoint_auth_signing_alg',
  'id_token_signed_response_alg',
  'subject_type',
  'default_max_age',
  'require_auth_time',
  'initiate_login_uri',
  'software_id',
  'software_version',
] as const satisfies readonly (keyof ClientMetadata)[]
