/** Organizations of many people who are new, in few statements: what bringing them along from another system needs. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { insertMemberships } from './members/store.ts'
import type { MemberRole } from './organization.ts'
import { insertPersonalOrganizations } from './store.ts'

export interface NewPerson {
  id: string
  name: string
  createdAt: Date
  /** In customers' organizations. */
  memberships: readonly { organizationId: string; role: MemberRole }[]
}

/** Each gets an organization of their own, as everybody here has one. @returns the ids of these, in the same order */
export async function placePeople(tx: Tx, people: readonly NewPerson[], context: AuditContext): Promise<string[]> {
  if (people.length === 0) return []
  const now = context.clock.now()
  const placed = people.map((person) => ({ person, own: newId('org', context.clock) }))
  await insertPersonalOrganizations(
    tx,
    placed.map(({ person, own }) => ({
      id: own,
      name: person.name,
      personalUserId: person.id,
      createdAt: person.createdAt,
    })),
  )
  const memberships = placed.flatMap(({ person, own }) => [
    { organizationId: own, userId: person.id, role: 'owner' as const, createdAt: person.createdAt },
    ...person.memberships.map((membership) => ({ ...membership, userId: person.id, createdAt: now })),
  ])
  await insertMemberships(tx, memberships)
  await record(
    tx,
    [
      ...placed.map(
        ({ own: id }) => ({ type: 'organization.created', id, organizationId: id, data: { personal: true } }) as const,
      ),
      ...memberships.map(
        ({ organizationId: id, userId, role }) =>
          ({ type: 'membership.created', id, organizationId: id, data: { user_id: userId, role } }) as const,
      ),
    ],
    context,
  )
  const customers = new Set(people.flatMap((person) => person.memberships.map(({ organizationId }) => organizationId)))
  // Of the people themselves nobody holds anything yet.
  if (customers.size > 0) await notify(tx, ...[...customers].map((id) => ({ kind: 'organization' as const, id })))
  return placed.map(({ own }) => own)
}
