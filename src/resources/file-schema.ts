/** The shape of the file that `keygrant apply` takes, as far as this version knows it. */
import { z } from 'zod'
import { accessTokenFormats, grantableByValues, type ResourceDefinition, type Scope } from './resource.ts'
import { scopeNameFault } from './scope-name.ts'
import { impliesWriting, titleFromName } from './words.ts'

const title = (max: number) =>
  z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must have at most ${max} characters` })
    .refine((text) => !/\p{Cc}/u.test(text), { error: 'must be one line' })

/** Part of paths (`/v1/check/@reports`, `/.well-known/oauth-protected-resource/reports`). */
const resourceName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -',
})

/** RFC 8707, 2: an absolute URI without a fragment. It is compared as it is written, so only one way of writing is allowed. */
const identifier = z.string().superRefine((uri, context) => {
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

const scope = z.strictObject({
  title: title(120),
  description: title(500).optional(),
  optional: z.boolean().default(false),
  sensitive: z.boolean().default(false),
  /** Unless said, by the name: `reports:read` only reads. */
  writes: z.boolean().optional(),
  grantable_by: z.enum(grantableByValues).default('anyone'),
})

const scopeKey = z.string().superRefine((name, context) => {
  const fault = scopeNameFault(name)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

const accessToken = z.strictObject({
  format: z.enum(accessTokenFormats).default('jwt'),
  /** Seconds. What was revoked is remembered for as long as the longest-lived token, hence a day at most. */
  lifetime: z.int().min(60).max(86_400).default(900),
})

const resource = z.strictObject({
  identifier,
  title: title(120).optional(),
  access_token: accessToken.prefault({}),
  scopes: z.record(scopeKey, scope).default({}),
})

export const fileSchema = z
  .strictObject({
    version: z.literal(1, { error: 'must be 1' }),
    resources: z.record(resourceName, resource).optional(),
  })
  .superRefine(({ resources = {} }, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const identifiers = new Map<string, string>()
    const scopes = new Map<string, string>()
    for (const [name, { identifier: uri, scopes: own }] of Object.entries(resources)) {
      const namesake = identifiers.get(uri)
      if (namesake !== undefined) issue(['resources', name, 'identifier'], `is the identifier of ${namesake}, too`)
      identifiers.set(uri, name)
      for (const scopeName of Object.keys(own)) {
        const owner = scopes.get(scopeName)
        const message = `is a scope of ${owner}, too: a scope belongs to one resource`
        if (owner !== undefined) issue(['resources', name, 'scopes', scopeName], message)
        scopes.set(scopeName, name)
      }
    }
  })

type File = z.output<typeof fileSchema>

/** Null: the file says nothing of resources, and nothing is done to them. */
export function resourcesOf(file: File): ResourceDefinition[] | null {
  if (file.resources === undefined) return null
  return Object.entries(file.resources).map(([name, entry]) => ({
    name,
    identifier: entry.identifier,
    title: entry.title ?? titleFromName(name),
    accessTokenFormat: entry.access_token.format,
    accessTokenLifetimeSeconds: entry.access_token.lifetime,
    scopes: Object.entries(entry.scopes).map(([scopeName, said], position) => scopeOf(scopeName, said, position)),
  }))
}

function scopeOf(name: string, said: z.output<typeof scope>, position: number): Scope {
  return {
    name,
    title: said.title,
    description: said.description ?? null,
    optional: said.optional,
    sensitive: said.sensitive,
    writes: said.writes ?? impliesWriting(name),
    grantableBy: said.grantable_by,
    position,
  }
}

/** What a field of a resource or scope is called in the file. */
export function fieldNameInFile(field: string): string {
  return fieldNames[field] ?? field
}

const fieldNames: Readonly<Record<string, string>> = {
  accessTokenFormat: 'access_token.format',
  accessTokenLifetimeSeconds: 'access_token.lifetime',
  grantableBy: 'grantable_by',
}
