/** The table of who may give which scope to which client, cell by cell. */
import { expect, test } from 'vitest'
import { mayGrant, type GrantableBy, type Giver, type Receiver } from '../../src/grants/may-grant.ts'

const givers = {
  member: { administrator: false, organizationAdmin: false },
  organizationAdmin: { administrator: false, organizationAdmin: true },
  administrator: { administrator: true, organizationAdmin: false },
  alone: null,
} satisfies Record<string, Giver | null>

const registered = new Set(['s'])
const receivers = {
  byAdministrator: { byAdministrator: true, registeredScopes: null },
  byAdministratorForIt: { byAdministrator: true, registeredScopes: registered },
  byItself: { byAdministrator: false, registeredScopes: null },
  byItselfForIt: { byAdministrator: false, registeredScopes: registered },
} satisfies Record<string, Receiver>

/** Per scope and giver: to which clients. */
const table: Record<GrantableBy, Record<keyof typeof givers, readonly (keyof typeof receivers)[]>> = {
  anyone: {
    member: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
    organizationAdmin: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
    administrator: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
    alone: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
  },
  org_admin: {
    member: [],
    organizationAdmin: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
    administrator: ['byAdministrator', 'byAdministratorForIt', 'byItself', 'byItselfForIt'],
    alone: ['byAdministratorForIt'],
  },
  administrator: {
    member: [],
    organizationAdmin: [],
    administrator: ['byAdministrator', 'byAdministratorForIt'],
    alone: ['byAdministratorForIt'],
  },
}

const cells = (Object.keys(table) as GrantableBy[]).flatMap((grantableBy) =>
  (Object.keys(givers) as (keyof typeof givers)[]).flatMap((giver) =>
    (Object.keys(receivers) as (keyof typeof receivers)[]).map((receiver) => ({ grantableBy, giver, receiver })),
  ),
)

test.for(cells)('grantable_by $grantableBy, given by $giver to $receiver', ({ grantableBy, giver, receiver }) => {
  const may = mayGrant({ name: 's', grantableBy }, receivers[receiver], givers[giver])
  expect(may).toBe(table[grantableBy][giver].includes(receiver))
})

test('a client that is registered for other scopes gets none beside them, from nobody', () => {
  for (const giver of Object.values(givers)) {
    const receiver = { byAdministrator: true, registeredScopes: new Set(['t']) }
    expect(mayGrant({ name: 's', grantableBy: 'anyone' }, receiver, giver)).toBe(false)
  }
})
