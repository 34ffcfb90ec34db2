/** `keygrant keys …`: issues API keys, lists, changes, rotates and revokes them, with the rights of whoever sits at the host. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { z } from 'zod'
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS, statuses, statusOf, type ApiKey } from '../api-keys/api-key.ts'
import { changeApiKey } from '../api-keys/change.ts'
import { changeOf, newKeyOf, rotationOf } from '../api-keys/fields.ts'
import { drawApiKey } from '../api-keys/format.ts'
import { getApiKey } from '../api-keys/get.ts'
import { issueApiKey } from '../api-keys/issue.ts'
import { listApiKeyIds } from '../api-keys/list/store.ts'
import { revokeApiKey } from '../api-keys/revoke.ts'
import { rotateApiKey } from '../api-keys/rotate.ts'
import { showKey, showKeyWithSecret } from '../api-keys/show.ts'
import { findPersonalOrganizationId, listApiKeysById } from '../api-keys/store.ts'
import { checkInput } from '../http/api/input.ts'
import { usageFailure } from './failure.ts'
import { openKeyBench } from './key-bench.ts'
import { changeBody, newKeyBody, type CreateKeyOptions, type UpdateKeyOptions } from './key-options.ts'
import { fields, shortTime, table } from './output.ts'
import type { Session } from './session.ts'

export function addKeyCommands(program: Command, session: Session): void {
  const keys = program.command('keys').description('API keys')
  addCreate(keys, session)
  addList(keys, session)
  addShow(keys, session)
  addUpdate(keys, session)
  addRotate(keys, session)
  addRevoke(keys, session)
  addGenerate(keys, session)
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]
const jsonOption = ['--json', 'print JSON'] as const
const shownOnce = 'The secret is shown this once only.'

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number.')
}

function addCreate(keys: Command, { run }: Session): void {
  keys
    .command('create')
    .description('issue an API key')
    .requiredOption('--name <name>', 'what people call it')
    .option('--scope <name>', 'what it may do (repeatable)', collect)
    .option('--resource <identifier>', 'the one resource that it is for')
    .addOption(new Option('--environment <name>', 'live unless said').choices(['live', 'test']))
    .option('--expires-in <seconds>', '90 days unless said', wholeNumber)
    .option('--allow-ip <range>', 'an address or CIDR range that it may be used from (repeatable)', collect)
    .option('--metadata <json>', 'whatever you want to keep beside it')
    .optionsGroup('Whose it is:')
    .option('--organization <id>', 'the organization that it belongs to')
    .option('--service-account <id>', "what it acts for; the organization's own service account unless said")
    .option('--user <id>', 'the person it acts for; in their own organization unless another is named')
    .option('--external-id <id>', 'your own id for whoever uses it')
    .optionsGroup('What only an administrator sets:')
    .option('--tier <name>', "its own tier, in place of its organization's")
    .option('--limits <json>', 'its own limits, over its tier’s: {"hour":1000,"burst":{"size":10}}')
    .option('--grantable-scope <name>', 'what keys that it makes may have besides (repeatable; * for any)', collect)
    .optionsGroup('Options:')
    .option(...jsonOption)
    .action(
      run(async ({ output }, options: CreateKeyOptions) => {
        await using opened = await openKeyBench()
        const { bench, services, asker } = opened
        const body = checked(opened.fields.issue, newKeyBody(options))
        const issued = await services.db.$transaction(async (tx) => {
          const wanted = newKeyOf(body)
          const organizationId =
            wanted.organizationId ??
            (wanted.userId === undefined ? null : await findPersonalOrganizationId(tx, wanted.userId))
          if (organizationId === null) throw usageFailure('Say whose it is: --organization, or --user.')
          return issueApiKey(tx, services, asker, { ...wanted, organizationId }, bench.context)
        })
        const { key, secret } = issued
        const text = fields([
          ['name', key.name],
          ['id', key.id],
          ['key', secret],
          ['works until', until(key)],
        ])
        output.result(showKeyWithSecret(issued, services.clock.now()), `${text}\n\n${shownOnce}`)
      }),
    )
}

function addList(keys: Command, { run }: Session): void {
  keys
    .command('list')
    .description('list API keys, newest first')
    .option('--organization <id>', 'those of one organization')
    .addOption(new Option('--status <status>', 'those in one state').choices(statuses))
    .addOption(new Option('--limit <count>', 'how many at most').default(200).argParser(wholeNumber))
    .option(...jsonOption)
    .action(
      run(async ({ output }, options: { organization?: string; status?: (typeof statuses)[number]; limit: number }) => {
        await using opened = await openKeyBench()
        const { db, clock } = opened.services
        const now = clock.now()
        const filter = { organizationId: options.organization, status: options.status }
        const ids = await listApiKeyIds(db, null, filter, { limit: options.limit, after: undefined, now })
        const found = await listApiKeysById(db, ids, now)
        output.result({ data: found.map((key) => showKey(key, now)) }, listedText(found, now))
      }),
    )
}

function listedText(found: readonly ApiKey[], now: Date): string {
  if (found.length === 0) return 'There are no such keys.'
  const rows = found.map((key) => [
    key.id,
    key.name,
    key.organizationId,
    `…${key.secrets[0]?.hint ?? ''}`,
    statusOf(key, now),
    until(key),
  ])
  return table(['ID', 'NAME', 'ORGANIZATION', 'ENDS WITH', 'STATE', 'WORKS UNTIL'], rows)
}

function addShow(keys: Command, { run }: Session): void {
  keys
    .command('show')
    .description('show an API key, without its secret')
    .argument('<key-id>')
    .option(...jsonOption)
    .action(
      run(async ({ output }, id: string) => {
        await using opened = await openKeyBench()
        const { db, clock } = opened.services
        const now = clock.now()
        const key = await getApiKey(db, opened.asker, id, now)
        output.result(showKey(key, now), keyText(key, now))
      }),
    )
}

function keyText(key: ApiKey, now: Date): string {
  const shown = showKey(key, now)
  return fields([
    ['name', key.name],
    ['id', key.id],
    ['state', shown.status],
    ['organization', key.organizationId],
    ['acts for', shown.subject],
    ['environment', key.environment],
    ['scopes', key.scopes.join(' ') || '-'],
    ['resource', key.resource ?? 'any'],
    ['tier', key.tier ?? "its organization's"],
    ['allowed from', key.allowedIps.join(' ') || 'anywhere'],
    ['works until', until(key)],
    ['last used', key.lastUsedAt ? shortTime(key.lastUsedAt) : 'never'],
    ...shown.secrets.map(({ hint, expires_at }): [string, string] => ['secret', `…${hint} until ${expires_at ?? '-'}`]),
  ])
}

function addUpdate(keys: Command, { run }: Session): void {
  keys
    .command('update')
    .description('change an API key, for all its secrets at once; empty text takes a setting away')
    .argument('<key-id>')
    .option('--name <name>', 'what people call it')
    .option('--scope <name>', 'what it may do, in place of what it might before (repeatable)', collect)
    .option('--allow-ip <range>', 'where it may be used from, in place of before (repeatable)', collect)
    .option('--metadata <json>', 'what is kept beside it, in place of before')
    .option('--expires-in <seconds>', 'how long it works from now on', wholeNumber)
    .option('--external-id <id>', 'your own id for whoever uses it')
    .option('--tier <name>', "its own tier, in place of its organization's")
    .option('--limits <json>', 'its own limits, over its tier’s')
    .option('--disable', 'stop it for now')
    .option('--enable', 'let it work again')
    .option(...jsonOption)
    .action(
      run(async ({ output }, id: string, options: UpdateKeyOptions) => {
        await using opened = await openKeyBench()
        const { bench, services, asker } = opened
        const body = checked(opened.fields.change, changeBody(options))
        const key = await services.db.$transaction((tx) =>
          changeApiKey(tx, services, asker, id, changeOf(body), bench.context),
        )
        const now = services.clock.now()
        output.result(showKey(key, now), keyText(key, now))
      }),
    )
}

function addRotate(keys: Command, { run }: Session): void {
  keys
    .command('rotate')
    .description('give an API key a new secret; the old one works on for a grace')
    .argument('<key-id>')
    .addOption(
      new Option('--grace <seconds>', `how long the old secret works on, 0 to ${MAX_GRACE_SECONDS}`)
        .default(DEFAULT_GRACE_SECONDS)
        .argParser(wholeNumber),
    )
    .option('--expires-in <seconds>', 'how long the new one lives; as long as the last one unless said', wholeNumber)
    .option('--scope <name>', 'fewer scopes, for both secrets at once (repeatable)', collect)
    .option(...jsonOption)
    .action(
      run(async ({ output }, id: string, options: { grace: number; expiresIn?: number; scope?: string[] }) => {
        await using opened = await openKeyBench()
        const { bench, services, asker } = opened
        const body = checked(opened.fields.rotate, {
          grace_period: options.grace,
          ...(options.expiresIn !== undefined && { expires_in: options.expiresIn }),
          ...(options.scope && { scopes: options.scope }),
        })
        const rotated = await services.db.$transaction((tx) =>
          rotateApiKey(tx, services, asker, id, rotationOf(body), bench.context),
        )
        const { key, secret, oldSecretEndsAt } = rotated
        const old = oldSecretEndsAt ? `works until ${shortTime(oldSecretEndsAt)} UTC` : 'works no more'
        const text = fields([
          ['id', key.id],
          ['key', secret],
          ['works until', until(key)],
        ])
        const document = showKeyWithSecret(rotated, services.clock.now())
        output.result(document, `${text}\n\n${shownOnce} The old one ${old}.`)
      }),
    )
}

function addRevoke(keys: Command, { run }: Session): void {
  keys
    .command('revoke')
    .description('end an API key with all its secrets, for good')
    .argument('<key-id>')
    .option(...jsonOption)
    .action(
      run(async ({ output }, id: string) => {
        await using opened = await openKeyBench()
        const { bench, services, asker } = opened
        const key = await services.db.$transaction((tx) => revokeApiKey(tx, asker, id, bench.context))
        output.result(showKey(key, services.clock.now()), `${key.id} is revoked.`)
      }),
    )
}

/** It needs no configuration, since it is what a configuration is written with. */
function addGenerate(keys: Command, { run }: Session): void {
  keys
    .command('generate')
    .description('print a random key that is nobody’s yet, for BOOTSTRAP_ADMIN_KEY')
    .addOption(new Option('--prefix <prefix>', 'what it begins with').default('kg').argParser(prefixOf))
    .option(...jsonOption)
    .action(
      run(async ({ output }, options: { prefix: string }) => {
        const key = drawApiKey(options.prefix, 'live')
        output.result({ key }, key)
      }),
    )
}

function prefixOf(text: string): string {
  if (/^[a-z][a-z0-9]{1,15}$/.test(text)) return text
  throw new InvalidArgumentError('It is 2 to 16 lower-case letters and digits, beginning with a letter.')
}

const until = ({ expiresAt }: ApiKey): string => (expiresAt ? shortTime(expiresAt) : '-')

/** @throws {Problem} with every fault */
function checked<T>(schema: z.ZodType<T>, body: object): T {
  return checkInput([{ place: 'body', schema, value: body }]).body as T
}
