/** What only an administrator sets for a client. Never RFC 7591 metadata, so that a registration can't grant itself privileges. */
import { z } from 'zod'
import { slug } from '../http/api/wire.ts'
import { limitPerValues } from './client.ts'

const listOf = <Item extends z.ZodType<string>>(item: Item) =>
  z
    .array(item)
    .max(200, { error: 'must have at most 200 entries' })
    .transform((entries) => [...new Set(entries)])

/** Each by itself. */
export const administratorFields = {
  verified: z.boolean().describe('Whether consent says that the platform knows it. Set by administrators.'),
  pkce_exempt: z
    .boolean()
    .describe('Lets a confidential OpenID client go without PKCE; it must then send `nonce`. Set by administrators.'),
  introspects: listOf(z.string().min(1)).describe(
    'Identifiers of resources of whose tokens it learns by introspection. Set by administrators.',
  ),
  tier: z.string().min(1).nullable().describe('null: its organization’s. Set by administrators.'),
  limit_per: z
    .enum(limitPerValues, { error: `must be ${limitPerValues.join(' or ')}` })
    .describe('What is counted: the client as a whole, or each of its users. Set by administrators.'),
  grantable_scopes: listOf(z.string().min(1).max(100)).describe(
    'What keys that it makes may have besides its own scopes. Set by administrators.',
  ),
  organization_id: z.string().min(1).nullable().describe('null: the platform’s own.'),
  slug: slug.nullable().describe('The name by which files (`keygrant apply`) know it. Set by administrators.'),
}

export const administratorAttributesSchema = z.strictObject({
  verified: administratorFields.verified.default(false),
  pkce_exempt: administratorFields.pkce_exempt.default(false),
  introspects: administratorFields.introspects.default([]),
  tier: administratorFields.tier.default(null),
  limit_per: administratorFields.limit_per.default('client'),
  grantable_scopes: administratorFields.grantable_scopes.default([]),
  organization_id: administratorFields.organization_id.default(null),
  slug: administratorFields.slug.default(null),
})
