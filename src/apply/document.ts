/** The document that is applied and exported: its version, and a section for each kind of object. */
import { z } from 'zod'
import { clients } from './clients.ts'
import { organizations } from './organizations.ts'
import { resources } from './resources.ts'
import type { AnySection } from './section.ts'
import { settings } from './settings.ts'
import { tiers } from './tiers.ts'
import { webhooks } from './webhooks.ts'

/** In the order in which they are made: each draws on those before it. They are finished in the reverse one. */
export const sections: readonly AnySection[] = [settings, tiers, resources, organizations, clients, webhooks]

const version = z.literal(1, { error: 'must be 1' })

/** As it comes over HTTP. A section that isn't there is left alone. */
export const documentSchema = documentOf(({ schema }) => schema)

/** As it is written down: secrets are said where they are. */
export const fileSchema = documentOf(({ schema, inFile }) => inFile ?? schema)

export type Document = { readonly version: 1 } & Readonly<Record<string, unknown>>

function documentOf(schemaOf: (section: AnySection) => z.ZodType): z.ZodType<Document> {
  const entries = sections.map((section) => [section.name, schemaOf(section).optional()] as const)
  return z.strictObject({ version, ...Object.fromEntries(entries) })
}
