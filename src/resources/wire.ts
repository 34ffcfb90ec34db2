/** Resources and scopes as `/v1` takes and gives them. */
import { z } from 'zod'
import { timeOut } from '../http/api/wire.ts'
import { accessToken, identifier, resourceName, scopeFields, scopeName, title } from './fields.ts'
import { scopeOf } from './file-schema.ts'
import {
  accessTokenFormats,
  grantableByValues,
  type Resource,
  type ResourceDefinition,
  type Scope,
} from './resource.ts'
import { titleFromName } from './words.ts'

export const scopeBody = z.strictObject({
  name: scopeName,
  ...scopeFields,
  description: scopeFields.description.nullable(),
})

export const scopeChanges = z.strictObject({
  title: title(120).optional(),
  description: title(500).nullable().optional(),
  optional: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  writes: z.boolean().optional(),
  grantable_by: z.enum(grantableByValues).optional(),
  position: z
    .int({ error: 'must be a whole number from 0' })
    .min(0, { error: 'must be a whole number from 0' })
    .max(10_000, { error: 'must be at most 10000' })
    .optional()
    .describe('Its place among its resource’s, from 0, in which people see them; those behind it move on.'),
})

export const resourceBody = z.strictObject({
  name: resourceName,
  identifier,
  title: title(120).optional(),
  access_token: accessToken.prefault({}),
  scopes: z
    .array(scopeBody)
    .default([])
    .refine((scopes) => new Set(scopes.map(({ name }) => name)).size === scopes.length, {
      error: 'must not have a scope twice',
    }),
})

export const resourceChanges = z.strictObject({
  identifier: identifier.optional(),
  title: title(120).optional(),
  access_token: z
    .strictObject({
      format: z.enum(accessTokenFormats).optional(),
      lifetime: accessToken.shape.lifetime.unwrap().optional(),
    })
    .optional(),
})

export const scopeOut = z
  .strictObject({
    name: z.string(),
    title: z.string().describe('What people read at consent.'),
    description: z.string().nullable(),
    optional: z.boolean().describe('Whether people may leave it out at consent.'),
    sensitive: z.boolean().describe('Whether consent warns of it.'),
    writes: z.boolean(),
    grantable_by: z
      .enum(grantableByValues)
      .describe('Who may give it to an app or a key: anyone, who administers the organization, or the platform.'),
  })
  .meta({ id: 'Scope' })

export const resourceOut = z
  .strictObject({
    id: z.string(),
    name: z.string().describe('Part of paths: `/v1/check/@reports`.'),
    identifier: z.string().describe('The URI that `resource` means everywhere (RFC 8707).'),
    title: z.string().describe('What people read at consent.'),
    access_token: z.strictObject({
      format: z.enum(accessTokenFormats),
      lifetime: z.int().describe('In seconds.'),
    }),
    scopes: z.array(scopeOut).describe('Those that the caller sees.'),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'Resource' })

export function definitionOf(body: z.output<typeof resourceBody>): ResourceDefinition {
  return {
    name: body.name,
    identifier: body.identifier,
    title: body.title ?? titleFromName(body.name),
    accessTokenFormat: body.access_token.format,
    accessTokenLifetimeSeconds: body.access_token.lifetime,
    scopes: body.scopes.map(newScope),
  }
}

export function newScope(body: z.output<typeof scopeBody>, position = 0): Scope {
  const { name, description, ...said } = body
  return scopeOf(name, { ...said, description: description ?? undefined }, position)
}

export function resourceChangesOf({ access_token, ...body }: z.output<typeof resourceChanges>) {
  return given({
    ...body,
    accessTokenFormat: access_token?.format,
    accessTokenLifetimeSeconds: access_token?.lifetime,
  })
}

export function scopeChangesOf({ grantable_by, ...body }: z.output<typeof scopeChanges>) {
  return given({ ...body, grantableBy: grantable_by })
}

/** `scopes` are those of it that are shown. */
export function showResource(resource: Resource, scopes: readonly Scope[]): z.input<typeof resourceOut> {
  return {
    id: resource.id,
    name: resource.name,
    identifier: resource.identifier,
    title: resource.title,
    access_token: { format: resource.accessTokenFormat, lifetime: resource.accessTokenLifetimeSeconds },
    scopes: scopes.map(showScope),
    created_at: resource.createdAt.toISOString(),
    updated_at: resource.updatedAt.toISOString(),
  }
}

export function showScope(scope: Scope): z.input<typeof scopeOut> {
  const { name, title: words, description, optional, sensitive, writes, grantableBy } = scope
  return { name, title: words, description, optional, sensitive, writes, grantable_by: grantableBy }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what wasn't said. */
function given<T extends object>(said: T): Given<T> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Given<T>
}
