/** A walk through every verb of the command: what is made first is what later ones work on. */

/** What one run of the scenario has made, by name. */
export type World = Record<string, string>

/** A command line of the world, and the field of its answer that the world remembers under a name. */
interface Step {
  args(world: World): readonly string[]
  keep?: readonly [name: string, field: string]
  stdin?(world: World): string
}

const step = (args: Step['args'], keep?: Step['keep'], stdin?: Step['stdin']): Step => ({
  args,
  ...(keep && { keep }),
  ...(stdin && { stdin }),
})

const words = (line: string): string[] => line.split(' ')
const scope = '[{"name":"$:read","title":"See"}]'

/** Every verb that may be done from elsewhere. */
export const scenario: readonly Step[] = [
  step(({ own = '' }) => ['organizations', 'create', '--name', `Acme ${own}`, '--external-id', own], ['org', 'id']),
  step(({ own = '' }) => ['organizations', 'list', '--external-id', own]),
  step(({ org = '' }) => ['organizations', 'show', org]),
  step(({ org = '', own = '' }) => ['organizations', 'update', org, '--slug', own, '--metadata', '{"a":1}']),
  step(() => ['organizations', 'show', 'org_x']),
  step(({ own = '' }) => ['organizations', 'create', '--name', '', '--external-id', own, '--tier', 'No Tier']),
  step(({ org = '', email = '' }) => ['members', 'add', org, email, '--role', 'member']),
  step(({ org = '' }) => ['members', 'list', org]),
  step(({ org = '', email = '' }) => ['members', 'role', org, email, 'admin']),
  step(({ org = '' }) => ['members', 'remove', org, 'nobody@example.com']),
  step(({ org = '', email = '' }) => ['members', 'remove', org, email]),
  step(({ org = '' }) => ['invitations', 'create', org, 'new@example.com'], ['invitation', 'id']),
  step(({ org = '' }) => ['invitations', 'list', org]),
  step(({ org = '', invitation = '' }) => ['invitations', 'revoke', org, invitation]),
  step(({ org = '' }) => ['service-accounts', 'create', org, '--name', 'Robot'], ['account', 'id']),
  step(({ org = '' }) => ['service-accounts', 'list', org]),
  step(({ org = '', account = '' }) => ['service-accounts', 'show', org, account]),
  step(({ org = '', account = '' }) => ['service-accounts', 'update', org, account, '--description', 'Nightly']),
  step(({ org = '', account = '' }) => ['service-accounts', 'disable', org, account]),
  step(({ org = '', account = '' }) => ['service-accounts', 'enable', org, account]),
  step(({ own = '' }) => ['tiers', 'put', own, '--hour', 'unlimited', '--burst', '{"size":5,"refill_per_second":1}']),
  step(({ own = '' }) => ['tiers', 'show', own]),
  step(() => ['tiers', 'put', 'bad', '--hour', '5', '--burst', '{"size":0}', '--limit-per', 'organization']),
  step(({ own = '' }) => ['tiers', 'delete', own]),
  // Of what has not happened: what has tells who did it, which differs.
  step(({ org = '' }) => ['audit', 'list', '--organization', org, '--type', 'client.deleted']),
  step(() => ['tiers', 'list']),
  step(({ own = '' }) => [
    ...words(`resources create --name ${own} --identifier https://api.example.com/${own} --scopes`),
    scope.replace('$', own),
  ]),
  step(({ own = '' }) => ['resources', 'show', own]),
  step(({ own = '' }) => ['resources', 'update', own, '--title', 'Reports']),
  step(({ own = '' }) => ['scopes', 'create', own, '--name', `${own}:write`, '--title', 'Change', '--optional']),
  step(({ own = '' }) => ['scopes', 'update', own, `${own}:write`, '--no-optional', '--sensitive']),
  step(({ own = '' }) => ['scopes', 'list', own]),
  step(({ own = '' }) => ['policies', 'put', own, '--routes', `[{"match":"GET /**","scopes":["${own}:read"]}]`]),
  step(({ own = '' }) => ['policies', 'show', own]),
  step(() => ['policies', 'list']),
  step(({ own = '' }) => ['policies', 'delete', own]),
  step(
    ({ org = '', own = '' }) => [
      ...words(`keys create --name Export --organization ${org} --scope ${own}:read,keys:read`),
      ...words('--allow-ip 10.0.0.0/8 --limits {"hour":5} --external-id theirs'),
    ],
    ['key', 'id'],
  ),
  step(({ org = '' }) => ['keys', 'list', '--organization', org]),
  step(({ key = '' }) => ['keys', 'show', key]),
  step(({ key = '' }) => ['scope-usage', 'show', key]),
  step(({ key = '' }) => ['key-limits', 'show', key]),
  step(({ key = '' }) => ['keys', 'rotate', key, '--grace', '60']),
  step(({ key = '' }) => ['keys', 'update', key, '--disable', '--no-external-id', '--allow-ip', '']),
  step(({ key = '' }) => ['keys', 'revoke', key]),
  step(({ key = '' }) => ['usage', 'list', '--group-by', 'key', '--key', key]),
  step(
    ({ org = '' }) => ['clients', 'create', '--organization', org],
    ['client', 'client_id'],
    () => appMetadata,
  ),
  step(({ org = '' }) => ['clients', 'list', '--organization', org]),
  step(({ client = '' }) => ['clients', 'show', client]),
  step(({ client = '' }) => ['clients', 'update', client, '--contact', 'dev@example.com', '--verified']),
  step(({ client = '' }) => ['clients', 'disable', client]),
  step(({ client = '' }) => ['clients', 'enable', client]),
  step(({ client = '' }) => ['clients', 'rotate-secret', client]),
  step(({ client = '' }) => ['client-secrets', 'create', client, '--expires-in', '3600'], ['secret', 'id']),
  step(({ client = '' }) => ['client-secrets', 'list', client]),
  step(({ client = '', secret = '' }) => ['client-secrets', 'delete', client, secret]),
  step(({ client = '' }) => ['grants', 'list', '--client', client]),
  step(() => ['grants', 'show', 'grt_x']),
  step(() => ['grants', 'revoke', 'grt_x']),
  step(({ email = '' }) => ['users', 'list', '--email', email], ['person', 'data.0.id']),
  step(({ email = '' }) => ['users', 'show', email]),
  step(({ own = '' }) => ['users', 'add', `new-${own}@example.com`, '--name', 'New']),
  step(({ person = '' }) => ['users', 'update', person, '--name', 'Another']),
  step(({ person = '' }) => ['sessions', 'list', '--user', person]),
  step(() => ['sessions', 'show', 'ses_x']),
  step(() => ['sessions', 'end', 'ses_x']),
  step(({ email = '' }) => ['sessions', 'end-all', email]),
  step(
    ({ org = '' }) => [
      ...words(`webhooks create --name Chat --url https://localhost:9/in --organization ${org}`),
      ...words('--type client.secret_expiring,webhook.disabled'),
    ],
    ['webhook', 'id'],
  ),
  step(() => words('webhooks create --name Inside --url https://10.0.0.1/ --no-organization')),
  step(({ org = '' }) => ['webhooks', 'list', '--organization', org]),
  step(({ webhook = '' }) => ['webhooks', 'update', webhook, '--name', 'Our chat', '--disable']),
  step(({ webhook = '' }) => ['webhooks', 'test', webhook]),
  step(({ webhook = '' }) => ['webhooks', 'update', webhook, '--enable']),
  step(({ webhook = '' }) => ['webhooks', 'show', webhook]),
  step(({ webhook = '' }) => ['webhooks', 'rotate-secret', webhook, '--grace', '60']),
  step(({ webhook = '' }) => ['deliveries', 'list', webhook]),
  step(() => ['deliveries', 'show', 'dlv_x']),
  step(() => ['deliveries', 'replay', 'dlv_x']),
  step(({ webhook = '' }) => ['webhooks', 'test', webhook]),
  step(({ webhook = '' }) => ['webhooks', 'delete', webhook]),
  step(({ org = '' }) => ['events', 'list', '--organization', org, '--type', 'client.created']),
  step(({ org = '' }) => ['leaks', 'list', '--organization', org]),
  step(({ client = '' }) => ['clients', 'delete', client]),
  step(({ own = '' }) => ['scopes', 'delete', own, `${own}:write`]),
  step(({ own = '' }) => ['resources', 'delete', own]),
  step(() => ['resources', 'list']),
  step(({ org = '', account = '' }) => ['service-accounts', 'delete', org, account]),
  step(({ org = '' }) => ['organizations', 'delete', org]),
]

const appMetadata = JSON.stringify({ client_name: 'App', redirect_uris: ['https://app.example.com/'] })
