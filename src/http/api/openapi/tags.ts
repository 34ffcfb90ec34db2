/** The collections of the API as the reference shows them, in the order of a newcomer's questions. */

interface Tag {
  name: string
  description: string
}

/** By the first segment of a path behind `/v1`. */
const tags: Readonly<Record<string, Tag>> = {
  check: {
    name: 'Checks',
    description: 'One decision for a gateway: may this credential pass? Everything is answered in headers.',
  },
  verify: {
    name: 'Verification',
    description: 'The same decision in JSON, for whoever holds somebody else’s credential.',
  },
  keys: { name: 'API keys', description: 'Keys with a stable id, and up to two live secrets under it.' },
  limits: { name: 'Limits', description: 'What the credential that calls may still spend.' },
  tiers: { name: 'Tiers', description: 'How much the keys and clients of an organization may ask for.' },
  resources: { name: 'Resources', description: 'Protected APIs, the scopes that they know, and what opens them.' },
  policies: { name: 'Policies', description: 'What a gateway asks at a check, stored so that no caller can steer it.' },
  organizations: {
    name: 'Organizations',
    description: 'The platform’s customers, with their members, invitations and service accounts.',
  },
  users: { name: 'People', description: 'Who signs in.' },
  sessions: { name: 'Sessions', description: 'Where people are signed in.' },
  clients: { name: 'Clients', description: 'Apps that speak OAuth, with RFC 7591’s metadata.' },
  grants: { name: 'Grants', description: 'What people have allowed apps.' },
  usage: { name: 'Usage', description: 'How often credentials were allowed, limited and denied.' },
  leaks: { name: 'Leaks', description: 'Secrets that were found where anybody may read them.' },
  webhooks: { name: 'Webhooks', description: 'Where events are sent to, and what came of sending them.' },
  deliveries: { name: 'Webhooks', description: 'Where events are sent to, and what came of sending them.' },
  events: { name: 'Webhooks', description: 'Where events are sent to, and what came of sending them.' },
  'audit-events': { name: 'Audit trail', description: 'Who has changed what, and when.' },
  revocations: { name: 'Revocations', description: 'What was revoked or changed, told as it happens.' },
  'signing-keys': { name: 'Signing keys', description: 'What tokens are signed with.' },
  settings: { name: 'Settings', description: 'What the host has decided.' },
  apply: { name: 'As a file', description: 'Everything that a file can say, applied and exported as a whole.' },
  export: { name: 'As a file', description: 'Everything that a file can say, applied and exported as a whole.' },
  'openapi.json': { name: 'Description', description: 'This document.' },
}

/** Under their collection, but another thing. */
const elsewhere: Readonly<Record<string, string>> = {
  '/v1/keys/verify': 'verify',
  '/v1/keys/verify-batch': 'verify',
}

/** @throws for a collection without one */
export function tagOf(path: string): string {
  const segment = elsewhere[path] ?? path.split('/')[2] ?? ''
  const tag = tags[segment]
  if (!tag) throw new Error(`${path} has no tag: add "${segment}" to src/http/api/openapi/tags.ts`)
  return tag.name
}

/** Those that are used, in order and once. */
export function tagsOf(used: ReadonlySet<string>): Tag[] {
  const byName = new Map(Object.values(tags).map((tag) => [tag.name, tag]))
  return [...byName.values()].filter(({ name }) => used.has(name))
}
