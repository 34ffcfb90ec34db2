/** Whatever a credential asks for, no key comes of it that reaches further than the credential may give. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { addApiKey, addMember, addOrganization, addServiceAccount, type TestKey } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { openIsolationStage, unlimited, type IsolationStage } from './callers.ts'

let stage: IsolationStage
let world: World
beforeAll(async () => {
  stage = await openIsolationStage()
  world = await openWorld()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Some of each grade: anyone's, organizations' administrators', the platform's; a resource's and the management API's. */
const grades = {
  'reports:read': 'anyone',
  'reports:write': 'anyone',
  'reports:audit': 'org_admin',
  'reports:purge': 'administrator',
  'exports:run': 'anyone',
  'keys:read': 'anyone',
  'keys:write': 'anyone',
  'keys:rotate': 'anyone',
  'organizations:write': 'anyone',
  'admin:keys:read': 'administrator',
  'admin:keys:write': 'administrator',
} as const
type Scope = keyof typeof grades
const scopes = Object.keys(grades) as Scope[]
const management = new Set(managementScopes.map(({ name }) => name))

const ownerNames = [
  'member',
  'other member',
  'admin',
  'owner',
  'service account',
  'member who administers the platform',
  'service account of an administrator',
] as const
type OwnerName = (typeof ownerNames)[number]

interface Owner {
  id: string
  kind: 'user' | 'service_account'
  /** 0 is a member. A service account counts as an admin. */
  rank: 0 | 1 | 2
  administrator: boolean
}

interface World {
  organizations: readonly [string, string]
  /** Of each organization. */
  owners: readonly [Record<OwnerName, Owner>, Record<OwnerName, Owner>]
}

async function openWorld(): Promise<World> {
  const { server } = stage
  const owners = async (organizationId: string): Promise<Record<OwnerName, Owner>> => {
    const person = async (role: 'member' | 'admin' | 'owner', administrator = false): Promise<Owner> => {
      const { id } = await addPerson(server, { administrator })
      await addMember(server, organizationId, id, role)
      return { id, kind: 'user', rank: ({ member: 0, admin: 1, owner: 2 } as const)[role], administrator }
    }
    const account = async (administrator: boolean): Promise<Owner> => ({
      id: await addServiceAccount(server, organizationId, { administrator }),
      kind: 'service_account',
      rank: 1,
      administrator,
    })
    return {
      member: await person('member'),
      'other member': await person('member'),
      admin: await person('admin'),
      owner: await person('owner'),
      'service account': await account(false),
      'member who administers the platform': await person('member', true),
      'service account of an administrator': await account(true),
    }
  }
  const organizations = [await addOrganization(server, unlimited), await addOrganization(server, unlimited)] as const
  return { organizations, owners: [await owners(organizations[0]), await owners(organizations[1])] }
}

// ── What there may be, and what may be asked ─────────────────────────────────────────────────────────────────────

interface KeyShape {
  organization: 0 | 1
  owner: OwnerName
  scopes: Scope[]
  grantable: (Scope | '*')[]
  disabled: boolean
}

type Wish =
  | {
      does: 'issue'
      scopes: Scope[]
      grantable: (Scope | '*')[] | undefined
      organization: 0 | 1 | undefined
      owner: OwnerName | undefined
    }
  | { does: 'change'; scopes: Scope[] | undefined; enable: boolean }
  | { does: 'rotate'; scopes: Scope[] | undefined }
  | { does: 'rotate itself'; scopes: Scope[] | undefined }

// Most of what is drawn wholly at random is refused for several reasons at once: so few are wanted, and many are held.
const few = fc.subarray(scopes, { maxLength: 2 })
const many = fc.subarray(scopes, { minLength: 4 })
const besides = fc.oneof(
  { weight: 2, arbitrary: fc.constant<(Scope | '*')[]>([]) },
  { weight: 1, arbitrary: fc.subarray<Scope | '*'>([...scopes, '*'], { minLength: 1, maxLength: 4 }) },
)
const someone = fc.constantFrom(...ownerNames)
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const shape: fc.Arbitrary<KeyShape> = fc.record({
  organization: fc.constantFrom<0 | 1>(0, 0, 0, 0, 0, 1),
  owner: someone,
  scopes: few,
  grantable: besides,
  disabled: fc.constantFrom(false, false, false, true),
})

/** Who can ask for anything at all. */
const asking: fc.Arbitrary<KeyShape> = fc.record({
  organization: fc.constant(0 as const),
  owner: someone,
  scopes: many.map((held) => [...new Set<Scope>([...held, 'keys:write', 'keys:rotate'])]),
  grantable: besides,
  disabled: fc.constant(false),
})

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    does: fc.constant('issue' as const),
    scopes: few,
    grantable: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: besides }),
    organization: fc.constantFrom<0 | 1 | undefined>(undefined, undefined, undefined, 0, 0, 1),
    owner: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: someone }),
  }),
  fc.record({ does: fc.constant('change' as const), scopes: fc.option(few, { nil: undefined }), enable: fc.boolean() }),
  fc.record({ does: fc.constant('rotate' as const), scopes: seldom(few) }),
  fc.record({ does: fc.constant('rotate itself' as const), scopes: seldom(few) }),
)

const ownerOf = ({ organization, owner }: KeyShape): Owner => world.owners[organization][owner]

function addKey(key: KeyShape): Promise<TestKey> {
  const { id, kind } = ownerOf(key)
  return addApiKey(stage.server, {
    ...unlimited,
    organizationId: world.organizations[key.organization],
    scopes: key.scopes,
    grantableScopes: key.grantable,
    disabledAt: key.disabled ? new Date() : null,
    ...(kind === 'user' ? { userId: id } : { serviceAccountId: id }),
  })
}

async function send(caller: TestKey, target: TestKey, wanted: Wish) {
  switch (wanted.does) {
    case 'issue': {
      const { organization, owner } = wanted
      const named = owner && world.owners[organization ?? 0][owner]
      return stage.ask(caller, 'POST', '/v1/keys', {
        name: 'A key',
        scopes: wanted.scopes,
        ...(wanted.grantable && { grantable_scopes: wanted.grantable }),
        ...(organization !== undefined && { organization_id: world.organizations[organization] }),
        ...(named && { [named.kind === 'user' ? 'user_id' : 'service_account_id']: named.id }),
      })
    }
    case 'change':
      return stage.ask(caller, 'PATCH', `/v1/keys/${target.id}`, {
        ...(wanted.scopes && { scopes: wanted.scopes }),
        ...(wanted.enable && { disabled: false }),
      })
    case 'rotate':
      return stage.ask(caller, 'POST', `/v1/keys/${target.id}/rotate`, wanted.scopes ? { scopes: wanted.scopes } : {})
    case 'rotate itself':
      return stage.ask(caller, 'POST', '/v1/keys/self/rotate', wanted.scopes ? { scopes: wanted.scopes } : {})
  }
}

// ── What must hold ───────────────────────────────────────────────────────────────────────────────────────────────

function mayHold({ rank, administrator }: Owner, scope: Scope): boolean {
  const grade = grades[scope]
  return grade === 'anyone' || administrator || (grade === 'org_admin' && rank > 0)
}

/** What a key can do: its scopes, as far as its owner's rights go. */
const effective = (owner: Owner, held: readonly string[]) =>
  new Set(scopes.filter((scope) => held.includes(scope) && mayHold(owner, scope)))

/** What its holder may have others do: what it can do, and what it may give besides as far as its owner's rights go. */
function givable(key: KeyShape): ReadonlySet<string> {
  const owner = ownerOf(key)
  const more = scopes.filter(
    (scope) =>
      (key.grantable.includes(scope) || (key.grantable.includes('*') && !management.has(scope))) &&
      (grades[scope] !== 'administrator' || owner.administrator),
  )
  return new Set([...effective(owner, key.scopes), ...more, ...(key.grantable.includes('*') ? ['*'] : [])])
}

/** As the gateway sees it: what verify says of a key. */
async function verified(credential: string): Promise<{ valid: boolean; scopes: string[] }> {
  const { body } = await stage.ask(stage.platform, 'POST', '/v1/keys/verify', { credential })
  return body as { valid: boolean; scopes: string[] }
}

interface KeyRow {
  id: string
  secret?: string
  organization_id: string
  subject: string
  scopes: string[]
  grantable_scopes: string[]
}

const runs = 300

test('scopes, what may be given on, roles and organizations stay within the caller’s', async () => {
  const succeeded: Partial<Record<Wish['does'], number>> = {}
  await fc.assert(
    fc.asyncProperty(asking, shape, wish, async (by, of, wanted) => {
      const [callingKey, target] = [await addKey(by), await addKey(of)]
      const may = givable(by)
      const owner = ownerOf(by)
      const everything = owner.administrator && by.scopes.includes('admin:keys:write')
      const before = wanted.does === 'rotate itself' ? by : of

      const { status, body } = await send(callingKey, target, wanted)
      expect(status).toBeLessThan(500)
      if (status >= 300) return
      succeeded[wanted.does] = (succeeded[wanted.does] ?? 0) + 1
      const key = body as KeyRow
      const [inside] = world.organizations.flatMap((id, index) => (id === key.organization_id ? [index as 0 | 1] : []))
      const keyOwner = Object.values(world.owners[inside ?? 0]).find(({ id }) => id === key.subject)

      // Another organization, another person, and what may be given on are for administrators.
      if (!everything) {
        expect(key.organization_id).toBe(callingKey.organizationId)
        if (wanted.does === 'issue') expect(key.grantable_scopes).toEqual([])
        if (owner.rank === 0) expect(key.subject).toBe(callingKey.subject)
        if (wanted.does === 'issue' && keyOwner?.kind === 'user') expect(key.subject).toBe(callingKey.subject)
        // Whoever got its secret has nobody's role above their own by it.
        if (key.secret !== undefined) expect(keyOwner?.rank ?? 1).toBeLessThanOrEqual(owner.rank)
      }

      // Nobody has its secret who could not have given what it may do.
      const had = new Set<string>(wanted.does === 'issue' ? [] : before.scopes)
      const brings =
        wanted.does === 'issue' ||
        wanted.does === 'rotate' ||
        (wanted.does === 'change' && of.disabled && wanted.enable)
      const isOwn = key.id === callingKey.id
      const bound = (scope: string) => may.has(scope) || isOwn || (!brings && had.has(scope))
      if (keyOwner) {
        const reaches = effective(keyOwner, key.scopes)
        expect([...reaches].filter((scope) => !bound(scope))).toEqual([])
        if (brings && !isOwn) expect(key.grantable_scopes.filter((scope) => !may.has(scope))).toEqual([])
        if (key.secret !== undefined) {
          const seen = await verified(key.secret)
          expect([seen.valid, seen.scopes.toSorted()]).toEqual([true, [...reaches].toSorted()])
        }
      } else {
        // The organization's own service account, for which nobody was named.
        expect([everything, key.scopes.filter((scope) => !may.has(scope))]).toEqual([true, []])
      }
      expect(key.scopes.filter((scope) => !bound(scope) && !had.has(scope))).toEqual([])
    }),
    { numRuns: runs },
  )
  // Some of each came through, or the above would have said nothing.
  for (const does of ['issue', 'change', 'rotate', 'rotate itself'] as const)
    expect([does, (succeeded[does] ?? 0) > 0]).toEqual([does, true])
})
