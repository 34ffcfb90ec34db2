/** The table of who may give which scope to which client and to which API key, cell by cell. */
import { expect, test } from 'vitest'
import {
  mayGrant,
  mayPass,
  ownerMayHold,
  type GrantableBy,
  type Giver,
  type Receiver,
} from '../../src/rights/may-grant.ts'

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

const owners = {
  member: givers.member,
  organizationAdmin: givers.organizationAdmin,
  administrator: givers.administrator,
}

/** Per scope: the owners whose API keys may hold it. */
const held: Record<GrantableBy, readonly (keyof typeof owners)[]> = {
  anyone: ['member', 'organizationAdmin', 'administrator'],
  org_admin: ['organizationAdmin', 'administrator'],
  administrator: ['administrator'],
}

test.for(
  (Object.keys(held) as GrantableBy[]).flatMap((grantableBy) =>
    (Object.keys(owners) as (keyof typeof owners)[]).map((owner) => ({ grantableBy, owner })),
  ),
)('grantable_by $grantableBy, held by an API key of $owner', ({ grantableBy, owner }) => {
  expect(ownerMayHold({ grantableBy }, owners[owner])).toBe(held[grantableBy].includes(owner))
})

test.for([
  ['a scope of its own', ['s'], [], 's', false, true],
  ['one that it may give besides', [], ['s'], 's', false, true],
  ['another one', ['s'], ['t'], 'u', false, false],
  ["any resource's, by *", [], ['*'], 'u', false, true],
  ["the management API's, by *", [], ['*'], 'keys:write', true, false],
  ["the management API's that it has", ['keys:write'], ['*'], 'keys:write', true, true],
  ['* itself, by *', [], ['*'], '*', false, true],
  ['* itself, by much', ['s'], ['t', 'u'], '*', false, false],
] as const)('what a credential gives to a key: %s', ([, scopes, grantable, name, management, may]) => {
  const passing = { scopes: new Set(scopes), grantableScopes: new Set(grantable), administrator: false }
  expect(mayPass({ name, management, grantableBy: 'anyone' }, passing)).toBe(may)
})

test.for([
  ['one that it has, whoever owns it', ['s'], [], false, true],
  ['one that it may give besides, of an administrator', [], ['s'], true, true],
  ['one that it might give besides, of somebody who is none', [], ['s'], false, false],
  ['any, by *, of an administrator', [], ['*'], true, true],
  ['any, by *, of somebody who is none', [], ['*'], false, false],
] as const)(
  'of administrators’ scopes, a credential gives to a key: %s',
  ([, scopes, grantable, administrator, may]) => {
    const passing = { scopes: new Set(scopes), grantableScopes: new Set(grantable), administrator }
    expect(mayPass({ name: 's', management: false, grantableBy: 'administrator' }, passing)).toBe(may)
  },
)
