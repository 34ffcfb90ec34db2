/** The table of who may give and take which role, cell by cell. */
import { expect, test } from 'vitest'
import { mayManage, type Manager, type RoleChange } from '../../src/organizations/members/may-manage.ts'
import type { MemberRole } from '../../src/organizations/organization.ts'

const managers: readonly Manager[] = ['platform', 'owner', 'admin', 'member']
const roles: readonly (MemberRole | null)[] = ['owner', 'admin', 'member', null]

/** From (down) to (across: owner, admin, member, gone): who may do it to somebody else. `-` in place of `from`: comes. */
const others: Record<'owner' | 'admin' | 'member' | '-', readonly [string, string, string, string]> = {
  owner: ['platform owner', 'platform owner', 'platform owner', 'platform owner'],
  admin: ['platform owner', 'platform owner', 'platform owner', 'platform owner'],
  member: ['platform owner', 'platform owner', 'platform owner admin', 'platform owner admin'],
  '-': ['platform owner', 'platform owner', 'platform owner admin', 'platform owner admin member'],
}

/** The same of one's own role. */
const own: Record<MemberRole, readonly [boolean, boolean, boolean, boolean]> = {
  owner: [true, true, true, true],
  admin: [false, false, true, true],
  member: [false, false, false, true],
}

const cells = roles.flatMap((from) => roles.flatMap((to, column) => managers.map((by) => ({ by, from, to, column }))))

test.for(cells)('$by changes somebody from $from to $to', ({ by, from, to, column }) => {
  const allowed = others[from ?? '-'][column]?.split(' ') ?? []
  expect(mayManage(by, { from, to, self: false })).toBe(allowed.includes(by))
})

const ownCells = (Object.keys(own) as MemberRole[]).flatMap((from) =>
  roles.map((to, column): RoleChange & { allowed: boolean } => ({
    from,
    to,
    self: true,
    allowed: own[from][column] ?? false,
  })),
)

// Keeping one's role is no change: nobody is asked.
test.for(ownCells.filter(({ from, to }) => from !== to))('a person of the role $from becomes $to', (cell) => {
  expect(mayManage(cell.from ?? 'member', cell)).toBe(cell.allowed)
})
