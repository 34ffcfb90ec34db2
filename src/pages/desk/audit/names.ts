/** Who did something and what it was done to, by their names where they have one, and where their own page is. */
import { say } from '../../../http/screen-parts.ts'
import type { Text } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { clientNames, organizationNames, personEmails } from '../names.ts'
import type { AuditEventOut } from './parts.ts'

export interface Names {
  actor(event: Pick<AuditEventOut, 'actor'>): Text
  target(event: Pick<AuditEventOut, 'target'>): Text
}

/** In one call for each kind, however many events there are. */
export async function namesOf(desk: Desk, events: readonly AuditEventOut[]): Promise<Names> {
  const mentioned = events.flatMap(({ actor, target }) => [actor, target])
  const idsOf = (kind: string) => mentioned.filter((one) => one.kind === kind).map(({ id }) => id)
  const known = await Promise.all([
    personEmails(desk, idsOf('user')),
    organizationNames(desk, idsOf('organization')),
    clientNames(desk, idsOf('client')),
  ])
  const nameOf = (id: string) => known.map((names) => names.get(id)).find((name) => name !== undefined) ?? id
  return {
    actor: ({ actor }) => (actor.id === null ? kindWords(actor.kind) : nameOf(actor.id)),
    target: ({ target }) => nameOf(target.id),
  }
}

const actorKinds = ['user', 'service_account', 'client', 'api_key', 'cli', 'system'] as const

/** "A person", "The command on the host". */
export function kindWords(kind: string): Text {
  const known = actorKinds.find((one) => one === kind)
  return known ? say(`audit.kind.${known}`) : kind
}

const pages: Readonly<Record<string, string>> = {
  user: '/admin/people',
  organization: '/admin/organizations',
  client: '/admin/clients',
  api_key: '/admin/keys',
  resource: '/admin/resources',
  policy: '/admin/policies',
  tier: '/admin/tiers',
  webhook: '/admin/webhooks',
}

/** Null: it has no page of its own. */
export function pageOf({ kind, id }: { kind: string; id: string | null }): string | null {
  const path = pages[kind]
  return path === undefined || id === null ? null : `${path}/${encodeURIComponent(id)}`
}
