/** `keygrant clients …`: registers OAuth clients, lists them, turns their secrets, stops them. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { limitPerValues, metadataOf, type Client } from '../clients/client.ts'
import { disableClient, enableClient, type Switched } from '../clients/disable.ts'
import { checkRegistration } from '../clients/metadata-rules.ts'
import { registerClient, type RegisteredClient } from '../clients/register.ts'
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS, rotateClientSecret } from '../clients/rotate-secret.ts'
import { listClients } from '../clients/store.ts'
import { attributesFrom, metadataFrom, type CreateOptions } from './client-options.ts'
import { unknownReferences } from './client-references.ts'
import { CommandFailure } from './failure.ts'
import { fields, shortTime, table } from './output.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addClientCommands(program: Command, session: Session): void {
  const clients = program.command('clients').description('OAuth clients')
  addCreate(clients, session)
  addList(clients, session)
  addRotateSecret(clients, session)
  addSwitch(clients, session, 'disable', disableClient)
  addSwitch(clients, session, 'enable', enableClient)
}

const createHelp = `
Without any of the metadata flags, the metadata is read as JSON (RFC 7591) from stdin:
  echo '{"client_name":"Dashboard","redirect_uris":["https://app.example.com/callback"]}' | keygrant clients create --json

The secret is shown in this answer only.`

const collect = (value: string, before: string[] = []): string[] => [...before, value]

function addCreate(clients: Command, { run }: Session): void {
  clients
    .command('create')
    .description('register a client')
    .optionsGroup('Metadata:')
    .option('--name <name>', 'what people see at consent')
    .option('--redirect-uri <uri>', 'where browsers come back to (repeatable)', collect)
    .option('--post-logout-redirect-uri <uri>', 'where they may go after signing out (repeatable)', collect)
    .option('--grant-type <grant>', 'authorization_code, refresh_token or client_credentials (repeatable)', collect)
    .option('--auth-method <method>', 'client_secret_basic, client_secret_post, private_key_jwt or none')
    .option('--public', 'it runs where it can keep no secret: the same as --auth-method none')
    .option('--scope <scopes>', 'the most that it may ask for, separated by spaces')
    .option('--contact <email>', 'whom to ask about it (repeatable)', collect)
    .optionsGroup('What only an administrator sets:')
    .option('--verified', 'you vouch for who is behind it')
    .option('--pkce-exempt', 'it need not send a PKCE challenge, but then a nonce')
    .option('--introspects <identifier>', 'it may introspect tokens of this resource (repeatable)', collect)
    .option('--organization <id>', 'whose it is')
    .option('--tier <name>', "its own tier, in place of its organization's")
    .addOption(
      new Option('--limit-per <what>', 'count its calls together, or each of its people apart').choices(limitPerValues),
    )
    .option(
      '--grantable-scope <scope>',
      'API keys made with its tokens may have it, too; * is any (repeatable)',
      collect,
    )
    .optionsGroup('Options:')
    .option('--json', 'print JSON')
    .addHelpText('after', createHelp)
    .action(
      run(async ({ output, stdin }, options: CreateOptions) => {
        const checked = checkRegistration(await metadataFrom(options, stdin), attributesFrom(options))
        if (!checked.ok) {
          throw new CommandFailure(
            checked.faults.map(({ path, message }) => `${path || 'the metadata'} ${message}`).join('\n'),
          )
        }
        await using bench = await openWorkbench()
        const unknown = await unknownReferences(bench, checked.registration)
        if (unknown.length > 0) throw new CommandFailure(unknown.join('\n'))
        const registered = await bench.db.$transaction((tx) =>
          registerClient(tx, bench, checked.registration, 'administrator', bench.context),
        )
        output.result(registeredDocument(registered), registeredText(registered))
      }),
    )
}

/** RFC 7591, 3.2.1, and beside it what an administrator has set. */
function registeredDocument({ client, secret }: RegisteredClient): object {
  return {
    ...metadataOf(client),
    ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
    ...attributesDocument(client),
  }
}

function registeredText({ client, secret }: RegisteredClient): string {
  const shown = fields([
    ['name', client.name],
    ['client_id', client.id],
    ...(secret === null ? [] : ([['client_secret', secret]] as const)),
  ])
  return secret === null ? shown : `${shown}\n\nThe secret is shown this once only.`
}

function attributesDocument(client: Client): object {
  return {
    origin: client.origin,
    verified: client.verified,
    pkce_exempt: client.pkceExempt,
    introspects: client.introspects,
    tier: client.tier,
    limit_per: client.limitPer,
    grantable_scopes: client.grantableScopes,
    organization_id: client.organizationId,
    disabled_at: client.disabledAt?.toISOString() ?? null,
  }
}

function addList(clients: Command, { run }: Session): void {
  clients
    .command('list')
    .description('list the clients, newest first')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }) => {
        await using bench = await openWorkbench()
        const all: Client[] = []
        for (let after: Client | undefined; ; after = all.at(-1)) {
          const page = await listClients(bench.db, { limit: 200, after })
          all.push(...page)
          if (page.length < 200) break
        }
        output.result({ data: all.map(listedDocument) }, listedText(all))
      }),
    )
}

function listedDocument(client: Client): object {
  const secrets = client.secrets.map(({ id, hint, createdAt, expiresAt }) => ({
    id,
    hint,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt?.toISOString() ?? null,
  }))
  return { ...metadataOf(client), ...attributesDocument(client), secrets }
}

function listedText(clients: readonly Client[]): string {
  if (clients.length === 0) return 'There are no clients.'
  const rows = clients.map((client) => [
    client.id,
    client.name,
    client.tokenEndpointAuthMethod,
    [client.disabledAt ? 'disabled' : '', client.verified ? 'verified' : ''].filter(Boolean).join(' ') || '-',
    shortTime(client.createdAt),
  ])
  return table(['CLIENT ID', 'NAME', 'PROVES ITSELF BY', 'STATE', 'CREATED'], rows)
}

function graceSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds <= MAX_GRACE_SECONDS) return seconds
  throw new InvalidArgumentError(`A grace is 0 to ${MAX_GRACE_SECONDS} seconds.`)
}

function addRotateSecret(clients: Command, { run }: Session): void {
  const grace = new Option('--grace <seconds>', 'how long the old secret works on; 0 ends it at once')
    .default(DEFAULT_GRACE_SECONDS)
    .argParser(graceSeconds)
  clients
    .command('rotate-secret')
    .description('give a client a new secret')
    .argument('<client-id>')
    .addOption(grace)
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, clientId: string, options: { grace: number }) => {
        await using bench = await openWorkbench()
        const rotated = await rotateClientSecret(bench, clientId, bench.context, options.grace)
        if (rotated.outcome === 'not_found') throw unknownClient(clientId)
        if (rotated.outcome === 'no_secret') throw new CommandFailure(`${clientId} proves itself without a secret.`)
        const { secret, oldSecretEndsAt } = rotated
        const document = {
          client_id: clientId,
          client_secret: secret,
          old_secret_expires_at: oldSecretEndsAt?.toISOString() ?? null,
        }
        const old = oldSecretEndsAt ? `works until ${shortTime(oldSecretEndsAt)} UTC` : 'works no more'
        const text = fields([
          ['client_id', clientId],
          ['client_secret', secret],
        ])
        output.result(document, `${text}\n\nThe secret is shown this once only. The old one ${old}.`)
      }),
    )
}

function addSwitch(clients: Command, { run }: Session, verb: 'disable' | 'enable', act: typeof disableClient): void {
  const words = {
    disable: ['stop a client and its tokens everywhere; nothing is deleted', 'is disabled', 'was disabled before'],
    enable: ['let a disabled client work again', 'works again', 'was not disabled'],
  }[verb]
  clients
    .command(verb)
    .description(words[0] ?? '')
    .argument('<client-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, clientId: string) => {
        await using bench = await openWorkbench()
        const switched: Switched = await act(bench, clientId, bench.context)
        if (switched === 'not_found') throw unknownClient(clientId)
        const text = `${clientId} ${switched === 'done' ? words[1] : words[2]}.`
        output.result({ client_id: clientId, disabled: verb === 'disable', changed: switched === 'done' }, text)
      }),
    )
}

const unknownClient = (clientId: string) =>
  new CommandFailure(`There is no client ${clientId}. See: keygrant clients list`)
