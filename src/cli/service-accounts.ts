/** `keygrant service-accounts …`: what acts for an organization and not for a person. */
import type { Command } from 'commander'
import { revokeOwnedKeys } from '../api-keys/owned/revoke.ts'
import { displayName } from '../http/api/wire.ts'
import { changeServiceAccount } from '../organizations/service-accounts/change.ts'
import { createServiceAccount } from '../organizations/service-accounts/create.ts'
import { deleteServiceAccount } from '../organizations/service-accounts/delete.ts'
import type { ServiceAccount } from '../organizations/service-accounts/service-account.ts'
import { listServiceAccounts } from '../organizations/service-accounts/store.ts'
import { findOrganization } from '../organizations/store.ts'
import type { Db } from '../platform/database.ts'
import { CommandFailure, usageFailure } from './failure.ts'
import { optionValue } from './option-value.ts'
import { unknownOrganization } from './organizations.ts'
import { fields, shortTime, table } from './output.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addServiceAccountCommands(program: Command, session: Session): void {
  const accounts = program.command('service-accounts').description('what acts for an organization and not for a person')
  addCreate(accounts, session)
  addList(accounts, session)
  addSwitch(accounts, session, 'disable')
  addSwitch(accounts, session, 'enable')
  addDelete(accounts, session)
}

const administratorHelp = `
An administrator's service account may hold the scopes of the platform's administrators, for a gateway that depends on no
person. It can be made here only. Put it into an organization of your own: whoever administers the organization can stop it.`

function addCreate(accounts: Command, { run }: Session): void {
  accounts
    .command('create')
    .description('make a service account')
    .argument('<organization-id>')
    .requiredOption('--name <name>', 'unique in its organization')
    .option('--description <text>', 'what it is for')
    .option('--administrator', "its keys may hold administrators' scopes")
    .option('--json', 'print JSON')
    .addHelpText('after', administratorHelp)
    .action(
      run(
        async (
          { output },
          organizationId: string,
          options: { name: string; description?: string; administrator?: boolean },
        ) => {
          const name = optionValue(displayName, '--name', options.name)
          if (name === undefined) throw usageFailure('--name is missing.')
          const { description = null, administrator = false } = options
          await using bench = await openWorkbench()
          await demandOrganization(bench.db, organizationId)
          const wanted = { organizationId, name, description, administrator }
          const created = await bench.db.$transaction((tx) => createServiceAccount(tx, wanted, bench.context))
          if (created.outcome !== 'created') {
            throw new CommandFailure(`${organizationId} has a service account of the name ${name} already.`)
          }
          output.result(accountDocument(created.account), accountText(created.account))
        },
      ),
    )
}

function addList(accounts: Command, { run }: Session): void {
  accounts
    .command('list')
    .description('list the service accounts of an organization, newest first')
    .argument('<organization-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string) => {
        await using bench = await openWorkbench()
        await demandOrganization(bench.db, organizationId)
        const all = await everyAccount(bench.db, organizationId)
        const rows = all.map((account) => [
          account.id,
          account.name,
          [account.administrator ? 'administrator' : '', account.disabledAt ? 'disabled' : '']
            .filter(Boolean)
            .join(' ') || '-',
          shortTime(account.createdAt),
        ])
        const text = rows.length === 0 ? 'It has no service accounts.' : table(['ID', 'NAME', 'STATE', 'CREATED'], rows)
        output.result({ data: all.map(accountDocument) }, text)
      }),
    )
}

function addSwitch(accounts: Command, { run }: Session, verb: 'disable' | 'enable'): void {
  const words = {
    disable: { description: 'stop a service account and its keys; nothing is revoked', done: 'is disabled' },
    enable: { description: 'let a disabled service account and its keys work again', done: 'works again' },
  }[verb]
  accounts
    .command(verb)
    .description(words.description)
    .argument('<organization-id>')
    .argument('<service-account-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string, id: string) => {
        await using bench = await openWorkbench()
        const wanted = { disabled: verb === 'disable' }
        const done = await changeServiceAccount(bench, { organizationId, id }, wanted, bench.context)
        if (done.outcome !== 'done') throw unknownAccount(organizationId, id)
        const changed = done.changed.length > 0
        const text = changed ? `${id} ${words.done}.` : `${id} was so before.`
        output.result({ ...accountDocument(done.account), changed }, text)
      }),
    )
}

function addDelete(accounts: Command, { run }: Session): void {
  accounts
    .command('delete')
    .description('revoke all keys of a service account for good; one that has had keys stays in the list, disabled')
    .argument('<organization-id>')
    .argument('<service-account-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string, id: string) => {
        await using bench = await openWorkbench()
        const services = { db: bench.db, revokeKeys: revokeOwnedKeys }
        const deleted = await deleteServiceAccount(services, { organizationId, id }, bench.context)
        if (deleted === 'not_found') throw unknownAccount(organizationId, id)
        const text =
          deleted === 'deleted'
            ? `${id} is deleted.`
            : `The keys of ${id} are revoked. It stays in the list, disabled, since they name it.`
        output.result({ id, organization_id: organizationId, deleted: deleted === 'deleted' }, text)
      }),
    )
}

async function demandOrganization(db: Db, id: string): Promise<void> {
  if (!(await findOrganization(db, id))) throw unknownOrganization(id)
}

async function everyAccount(db: Db, organizationId: string): Promise<ServiceAccount[]> {
  const limit = 200
  const all: ServiceAccount[] = []
  for (;;) {
    const page = await listServiceAccounts(db, { organizationId, limit, cursor: all.at(-1) })
    all.push(...page.slice(0, limit))
    if (page.length <= limit) return all
  }
}

function accountDocument(account: ServiceAccount): object {
  return {
    id: account.id,
    organization_id: account.organizationId,
    name: account.name,
    description: account.description,
    administrator: account.administrator,
    disabled: account.disabledAt !== null,
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
  }
}

function accountText(account: ServiceAccount): string {
  return fields([
    ['id', account.id],
    ['name', account.name],
    ['organization', account.organizationId],
    ...(account.administrator ? ([['administrator', 'yes']] as const) : []),
  ])
}

const unknownAccount = (organizationId: string, id: string) =>
  new CommandFailure(
    `${organizationId} has no service account ${id}. See: keygrant service-accounts list ${organizationId}`,
  )
