/** Valid documents over a few names, so that two of them rename, move, exchange and delete what the other one made. */
import fc from 'fast-check'

export const people = ['ann@example.com', 'bob@example.com']

const tierNames = ['free', 'gold', 'pro']
const resourceNames = ['exports', 'reports']
const scopeNames = ['w:read', 'x:read', 'y:write', 'z:write']
const organizationNames = ['acme', 'bolt', 'cord']
const externalIds = ['e1', 'e2', 'e3']
const clientNames = ['app', 'web']

/** Members that are there or not. */
const maybe = <T>(members: { [Name in keyof T]: fc.Arbitrary<T[Name]> }) => fc.record(members, { requiredKeys: [] })

/** Some of the names, each with a value of its own. */
const entriesOf = <T>(names: readonly string[], value: (name: string) => fc.Arbitrary<T>) =>
  fc
    .subarray([...names])
    .chain((some) => fc.tuple(...some.map((name) => fc.tuple(fc.constant(name), value(name)))))
    .map((entries) => Object.fromEntries(entries) as Record<string, T>)

const limits = fc.oneof(
  fc.record({ hour: fc.constantFrom(100, 1000), burst: fc.constant({ size: 100 }) }),
  fc.constant({ hour: 'unlimited', burst: { size: 50, refill_per_second: 5 } }),
)
const tier = fc
  .tuple(limits, maybe({ limit_per: fc.constantFrom('key', 'organization'), organization_limits: fc.option(limits) }))
  .map(([own, more]) => ({ ...own, ...more }))

const scope = fc.record({
  title: fc.constantFrom('One', 'Two'),
  optional: fc.boolean(),
  grantable_by: fc.constantFrom('anyone', 'org_admin', 'administrator'),
})

/** Scopes and identifiers are dealt out, so that each belongs to one. */
const resources = fc
  .record({
    present: fc.subarray(resourceNames),
    identifiers: fc.shuffledSubarray(resourceNames, { minLength: 2 }),
    owners: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
    order: fc.shuffledSubarray(scopeNames, { minLength: 4 }),
    scopes: fc.array(scope, { minLength: 4, maxLength: 4 }),
    routed: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    check: fc.option(
      maybe({ on_limit: fc.constant(403), mode: fc.constant('observe'), environment: fc.constant('test') }),
      { nil: undefined },
    ),
    more: maybe({ title: fc.constant('A title'), access_token: fc.constant({ format: 'opaque' }) }),
  })
  .map(({ present, identifiers, owners, order, scopes, routed, check, more }) =>
    Object.fromEntries(
      present.map((name, index) => {
        const own = order.flatMap((one, at) => (owners[at] === index ? [[one, scopes[at]] as const] : []))
        const routes = own.map(([one], at) => ({ match: `GET /${at}`, scopes: [one], ...(at > 0 && { cost: 5 }) }))
        const identifier = `https://${identifiers[index]}.example.com`
        const checked = routed[index] ? { routes, ...(check && { check }) } : {}
        return [name, { identifier, scopes: Object.fromEntries(own), ...checked, ...more }] as const
      }),
    ),
  )

const account = maybe({ description: fc.constantFrom('One', 'Two'), disabled: fc.constant(true) })

const organizations = (tiers: readonly string[]) =>
  fc
    .record({
      entries: entriesOf(organizationNames, (name) =>
        fc
          .record({
            // Left out, people and accounts are nobody's business, so they are said.
            owners: fc.subarray([...people, `eve@${name}.example.com`]),
            service_accounts: entriesOf(['bot', 'ci'], () => account.map((one) => ({ disabled: false, ...one }))),
            more: maybe({
              name: fc.constantFrom('One', 'Two'),
              tier: fc.constantFrom(...tiers),
              metadata: fc.constantFrom({ plan: 1 }, { plan: 2, deep: { er: [1, 2] } }),
            }),
          })
          .map(({ more, ...said }) => ({ ...said, ...more })),
      ),
      ids: fc.shuffledSubarray(externalIds, { minLength: 3 }),
      known: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    })
    .map(({ entries, ids, known }) =>
      Object.fromEntries(
        Object.entries(entries).map(([name, said]) => {
          const at = organizationNames.indexOf(name)
          return [name, { ...said, ...(known[at] && { external_id: ids[at] }) }]
        }),
      ),
    )

interface Around {
  tiers: readonly string[]
  resources: Readonly<Record<string, { scopes: object }>>
  organizations: readonly string[]
}

const machine = { grant_types: ['client_credentials'] }
const browser = { redirect_uris: ['https://one.example.com/cb'] }

const clients = ({ tiers, resources: apis, organizations: owners }: Around) => {
  const scopes = Object.values(apis).flatMap((one) => Object.keys(one.scopes))
  return entriesOf(clientNames, (name) =>
    fc
      .record({
        kind: fc.constantFrom(
          browser,
          { ...browser, token_endpoint_auth_method: 'none' },
          { redirect_uris: ['https://two.example.com/cb', 'https://one.example.com/cb'], contacts: ['x@example.com'] },
          machine,
        ),
        // Left out, this and whether it is disabled stay as they are, so they are said.
        secret: fc.constantFrom(1, 2),
        disabled: fc.boolean(),
        more: maybe({
          name: fc.constantFrom('One', 'Two'),
          verified: fc.boolean(),
          limit_per: fc.constant('client_and_subject'),
          grantable_scopes: fc.constant(['*']),
          tier: fc.constantFrom(...tiers),
          introspects: fc.subarray(Object.keys(apis)),
          resources: fc.subarray(['keygrant', ...Object.keys(apis)]),
          scopes: fc.subarray(['openid', ...scopes], { minLength: 1 }),
          organization: fc.constantFrom(null, ...owners),
        }),
      })
      .map(({ kind, secret, more, disabled }) => {
        const proves = !('token_endpoint_auth_method' in kind)
        const { introspects, ...rest } = more
        return {
          ...kind,
          ...rest,
          disabled,
          ...(proves && introspects && { introspects }),
          ...(proves && { secret: `${name}-${secret}-0123456789-abcdefghijklmnopqrstuvwxyz` }),
        }
      }),
  )
}

const settings = maybe({
  platform_name: fc.constantFrom('One', 'Two'),
  sign_up: fc.constantFrom('open', 'closed', null),
  key_lifetime_max: fc.constantFrom(3600, 7200),
})

const webhooks = entriesOf(['chat', 'log'], (name) =>
  fc
    .record({
      url: fc.constantFrom(`https://${name}.example.com/in`, 'https://hooks.internal/'),
      // Left out, whether it is stopped is nobody's business.
      disabled: fc.boolean(),
      more: maybe({ types: fc.constantFrom([], ['api_key.expiring', 'webhook.disabled']) }),
    })
    .map(({ more, ...entry }) => ({ ...entry, ...more })),
)

export const sectionNames = ['settings', 'tiers', 'resources', 'organizations', 'clients', 'webhooks'] as const
export type SectionName = (typeof sectionNames)[number]

/** With these sections, and whatever they may say. */
export function anyDocument(sections: readonly SectionName[]): fc.Arbitrary<Record<string, object>> {
  const has = (name: SectionName) => sections.includes(name)
  return fc
    .record({ tiers: entriesOf(tierNames, () => tier), resources, settings, webhooks })
    .chain((first) => {
      const tiers = has('tiers') ? [...new Set(['free', ...Object.keys(first.tiers)])] : ['free', 'pro']
      return organizations(tiers).chain((second) => {
        const around: Around = {
          tiers,
          resources: has('resources') ? first.resources : {},
          organizations: has('organizations') ? Object.keys(second) : [],
        }
        return clients(around).map((third) => ({ ...first, organizations: second, clients: third }))
      })
    })
    .map((whole) => Object.fromEntries(Object.entries(whole).filter(([name]) => has(name as SectionName))))
}
