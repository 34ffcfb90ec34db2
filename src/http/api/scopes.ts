/** The scopes of the management API: every collection X has `X:read`, `X:write`, `admin:X:read` and `admin:X:write`. */

/** What people read of each collection at consent. */
const collections = {
  organizations: 'organizations, their members and service accounts',
  clients: 'apps',
  users: 'people',
  grants: 'what people have allowed apps',
  resources: 'protected APIs',
  scopes: 'scopes',
  policies: 'what gateways ask',
  tiers: 'tiers',
  keys: 'API keys',
  webhooks: 'webhooks',
  deliveries: 'webhook deliveries',
  events: 'events',
  'audit-events': 'the audit trail',
  usage: 'usage',
  sessions: 'sessions',
  'signing-keys': 'signing keys',
  leaks: 'leaked keys',
  settings: 'settings',
} as const satisfies Record<string, string>

export type Collection = keyof typeof collections

/** What a route of `/v1` asks for. Its `admin:` twin, with the owner's administrator role, reaches everything. */
export type ApiScope = `${Collection}:${'read' | 'write'}` | 'keys:verify' | 'keys:rotate'

export interface ManagementScope {
  readonly name: string
  readonly title: string
  /** `X:…` reaches the caller's own organizations only, so anyone may hold it. */
  readonly grantableBy: 'anyone' | 'administrator'
  readonly writes: boolean
}

const own: readonly Omit<ManagementScope, 'grantableBy'>[] = [
  ...Object.entries(collections).flatMap(([name, words]) => [
    { name: `${name}:read`, title: `See ${words} of your organizations`, writes: false },
    { name: `${name}:write`, title: `Change ${words} of your organizations`, writes: true },
  ]),
  { name: 'keys:verify', title: 'Ask whether a credential of your organizations is valid', writes: false },
]

/** Every one of them, as a resource of its own (`<API_URL>/v1`) has them. */
export const managementScopes: readonly ManagementScope[] = [
  ...own.map((scope) => ({ ...scope, grantableBy: 'anyone' }) as const),
  { name: 'keys:rotate', title: 'Rotate itself', grantableBy: 'anyone', writes: true },
  ...own.map(
    ({ name, title, writes }) =>
      ({
        name: `admin:${name}`,
        title: title.replace(/ of your organizations$/, ' of everybody'),
        grantableBy: 'administrator',
        writes,
      }) as const,
  ),
]

const names: ReadonlySet<string> = new Set(managementScopes.map(({ name }) => name))

export function isManagementScope(name: string): boolean {
  return names.has(name)
}
