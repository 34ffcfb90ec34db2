/** What only an administrator sets for a client. Never RFC 7591 metadata, so that a registration can't grant itself privileges. */
import { z } from 'zod'
import { limitPerValues } from './client.ts'

export const administratorAttributesSchema = z.strictObject({
  verified: z.boolean().default(false),
  pkce_exempt: z.boolean().default(false),
  introspects: z
    .array(z.string().min(1))
    .default([])
    .transform((identifiers) => [...new Set(identifiers)]),
  tier: z.string().min(1).nullable().default(null),
  limit_per: z.enum(limitPerValues).default('client'),
  grantable_scopes: z
    .array(z.string().min(1).max(100))
    .max(200, { error: 'must have at most 200 entries' })
    .default([])
    .transform((names) => [...new Set(names)]),
  organization_id: z.string().min(1).nullable().default(null),
})

/** In wire names, as they are written in files and requests. */
export type AdministratorAttributes = z.input<typeof administratorAttributesSchema>
