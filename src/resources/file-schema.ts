/** Resources and scopes as the file of `keygrant apply` has them. */
import { z } from 'zod'
import { accessToken, identifier, resourceName, scopeFields, scopeName, title } from './fields.ts'
import type { ResourceDefinition, Scope } from './resource.ts'
import { impliesWriting, titleFromName } from './words.ts'

const scope = z.strictObject(scopeFields)

/** What a file says of one resource; `apply` has its check routes beside. */
export const resourceFields = {
  identifier,
  title: title(120).optional(),
  access_token: accessToken.prefault({}),
  scopes: z.record(scopeName, scope).default({}),
}

const resourceEntry = z.strictObject(resourceFields)
type ResourceEntry = z.output<typeof resourceEntry>

/** By name. */
export const resourceEntries = z.record(resourceName, resourceEntry).superRefine(demandOnce)

/** An identifier and a scope belong to one resource. */
export function demandOnce(entries: Readonly<Record<string, ResourceEntry>>, context: z.RefinementCtx): void {
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  const identifiers = new Map<string, string>()
  const scopes = new Map<string, string>()
  for (const [name, { identifier: uri, scopes: own }] of Object.entries(entries)) {
    const namesake = identifiers.get(uri)
    if (namesake !== undefined) issue([name, 'identifier'], `is the identifier of ${namesake}, too`)
    identifiers.set(uri, name)
    for (const ownScope of Object.keys(own)) {
      const owner = scopes.get(ownScope)
      const message = `is a scope of ${owner}, too: a scope belongs to one resource`
      if (owner !== undefined) issue([name, 'scopes', ownScope], message)
      scopes.set(ownScope, name)
    }
  }
}

export function resourcesOf(entries: Readonly<Record<string, ResourceEntry>>): ResourceDefinition[] {
  return Object.entries(entries).map(([name, entry]) => ({
    name,
    identifier: entry.identifier,
    title: entry.title ?? titleFromName(name),
    accessTokenFormat: entry.access_token.format,
    accessTokenLifetimeSeconds: entry.access_token.lifetime,
    scopes: Object.entries(entry.scopes).map(([own, said], position) => scopeOf(own, said, position)),
  }))
}

/** As it was said, with what goes without saying. */
export function scopeOf(name: string, said: z.output<typeof scope>, position: number): Scope {
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
