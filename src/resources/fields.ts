/** The fields of resources and scopes, each by itself: the same in a file and over HTTP. */
import { z } from 'zod'
import { managementName } from './management.ts'
import { accessTokenFormats, grantableByValues } from './resource.ts'
import { scopeNameFault } from './scope-name.ts'

export const title = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must have at most ${max} characters` })
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must be one line' })

/** Part of paths (`/v1/check/@reports`, `/.well-known/oauth-protected-resource/reports`). */
export const resourceName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -',
  })
  .refine((name) => name !== managementName, { error: 'is the name of the management API' })

/** RFC 8707, 2: an absolute URI without a fragment. It is compared as it is written, so only one way of writing is allowed. */
export const identifier = z.string().superRefine((uri, context) => {
  const fault = identifierFault(uri)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

function identifierFault(uri: string): string | null {
  if (uri.length > 500) return 'must have at most 500 characters'
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri))
    return 'must be an absolute URI, like https://api.example.com/reports'
  if (uri.includes('#')) return 'must not have a fragment (#)'
  const { protocol, host, username, password } = new URL(uri)
  if (username !== '' || password !== '') return 'must not have a user name or password'
  if (protocol === 'urn:') return null
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be an http(s) URL or a urn:'
  const origin = `${protocol}//${host}`
  const isPlain = uri.startsWith(origin) && /^($|[/?])/.test(uri.slice(origin.length))
  return isPlain ? null : `must be written plainly: ${new URL(uri).href}`
}

export const scopeFields = {
  title: title(120),
  description: title(500).optional(),
  optional: z.boolean().default(false).describe('Whether people may leave it out at consent.'),
  sensitive: z.boolean().default(false).describe('Whether consent warns of it.'),
  writes: z.boolean().optional().describe('Unless said, by the name: `reports:read` only reads.'),
  grantable_by: z
    .enum(grantableByValues)
    .default('anyone')
    .describe('Who may give it to an app or a key: anyone, who administers the organization, or the platform.'),
}

export const scopeName = z.string().superRefine((name, context) => {
  const fault = scopeNameFault(name)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

const lifetimes = 'must be a whole number of seconds from 60 to 86400'

export const accessToken = z.strictObject({
  format: z.enum(accessTokenFormats).default('jwt'),
  // What was revoked is remembered for as long as the longest-lived token, hence a day at most.
  lifetime: z
    .int({ error: lifetimes })
    .min(60, { error: lifetimes })
    .max(86_400, { error: lifetimes })
    .default(900)
    .describe('In seconds.'),
})
