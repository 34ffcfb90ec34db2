/** `keygrant organizations …`: the platform's customers. */
import { Option, type Command } from 'commander'
import { revokeOwnedKeys } from '../api-keys/owned/revoke.ts'
import { deleteClientsOf } from '../clients/delete.ts'
import { displayName, externalId, metadata, slug } from '../http/api/wire.ts'
import { changeOrganization } from '../organizations/change.ts'
import { createOrganization } from '../organizations/create.ts'
import { deleteOrganization } from '../organizations/delete.ts'
import type { Organization } from '../organizations/organization.ts'
import { findOrganization, listOrganizations } from '../organizations/store.ts'
import { CommandFailure, usageFailure } from './failure.ts'
import { countOf, jsonValue, optionValue } from './option-value.ts'
import { fields, shortTime, table } from './output.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addOrganizationCommands(program: Command, session: Session): void {
  const organizations = program.command('organizations').description("the platform's customers")
  addCreate(organizations, session)
  addList(organizations, session)
  addShow(organizations, session)
  addUpdate(organizations, session)
  addDelete(organizations, session)
}

interface Described {
  name?: string
  /** False: `--no-external-id`. */
  externalId?: string | false
  tier?: string
  metadata?: string
}

function columnsOf(options: Described) {
  const given = options.externalId
  return {
    name: optionValue(displayName, '--name', options.name),
    externalId: given === false ? null : optionValue(externalId, '--external-id', given),
    tier: optionValue(slug, '--tier', options.tier),
    metadata: optionValue(metadata, '--metadata', jsonValue('--metadata', options.metadata)),
  }
}

function addCreate(organizations: Command, { run }: Session): void {
  organizations
    .command('create')
    .description('make an organization for a customer')
    .requiredOption('--name <name>', 'what people call it')
    .option('--external-id <id>', "the platform's own id for the customer, which gateways pass on")
    .option('--tier <name>', 'what its keys may spend')
    .option('--metadata <json>', 'a JSON object that is kept beside it')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: Described & { name: string }) => {
        const columns = { ...columnsOf(options), name: displayNameOf(options.name) }
        await using bench = await openWorkbench()
        const created = await bench.db.$transaction((tx) => createOrganization(tx, columns, bench.context))
        if (created.outcome !== 'created') throw refusal(created.outcome, options)
        output.result(organizationDocument(created.organization), organizationText(created.organization))
      }),
    )
}

function addList(organizations: Command, { run }: Session): void {
  organizations
    .command('list')
    .description('list organizations, newest first')
    .option('--external-id <id>', "the one of this id of the platform's")
    .option('--name <prefix>', 'those whose name begins so')
    .option('--tier <name>', 'those of this tier')
    .addOption(new Option('--limit <count>', 'how many at most').default(200).argParser(countOf))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: { externalId?: string; name?: string; tier?: string; limit: number }) => {
        await using bench = await openWorkbench()
        const { externalId: external, name, tier, limit } = options
        const filters = { among: null, externalId: external, namePrefix: name, tier }
        const found = (await listOrganizations(bench.db, { ...filters, limit })).slice(0, limit)
        const rows = found.map((one) => [
          one.id,
          one.name,
          one.externalId ?? '-',
          one.tier,
          one.personalUserId === null ? '-' : 'personal',
          shortTime(one.createdAt),
        ])
        const header = ['ID', 'NAME', 'EXTERNAL ID', 'TIER', 'KIND', 'CREATED']
        const text = rows.length === 0 ? 'There are no organizations.' : table(header, rows)
        output.result({ data: found.map(organizationDocument) }, text)
      }),
    )
}

function addShow(organizations: Command, { run }: Session): void {
  organizations
    .command('show')
    .description('show an organization')
    .argument('<organization-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, id: string) => {
        await using bench = await openWorkbench()
        const organization = await findOrganization(bench.db, id)
        if (!organization) throw unknownOrganization(id)
        output.result(organizationDocument(organization), organizationText(organization))
      }),
    )
}

function addUpdate(organizations: Command, { run }: Session): void {
  organizations
    .command('update')
    .description('change an organization; another tier holds for all of its keys at once')
    .argument('<organization-id>')
    .option('--name <name>', 'what people call it')
    .option('--external-id <id>', "the platform's own id for the customer")
    .option('--no-external-id', 'take that away')
    .option('--tier <name>', 'what its keys may spend')
    .option('--metadata <json>', 'a JSON object in place of the one that is kept')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, id: string, options: Described) => {
        // Commander sets what has a `--no-` form to true where neither was given.
        const given = {
          ...options,
          externalId: (options.externalId as unknown) === true ? undefined : options.externalId,
        }
        const entries = Object.entries(columnsOf(given as Described)).filter(([, value]) => value !== undefined)
        if (entries.length === 0) throw usageFailure('Say what to change: see --help.')
        await using bench = await openWorkbench()
        const changed = await changeOrganization(bench, id, Object.fromEntries(entries), bench.context)
        if (changed.outcome === 'not_found') throw unknownOrganization(id)
        if (changed.outcome !== 'done') throw refusal(changed.outcome, given as Described)
        const { organization } = changed
        const document = { ...organizationDocument(organization), changed: changed.changed }
        output.result(document, organizationText(organization))
      }),
    )
}

function addDelete(organizations: Command, { run }: Session): void {
  organizations
    .command('delete')
    .description('delete an organization for good: its keys are revoked and its clients deleted; its people stay')
    .argument('<organization-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, id: string) => {
        await using bench = await openWorkbench()
        const services = { db: bench.db, revokeKeys: revokeOwnedKeys, deleteClients: deleteClientsOf }
        const deleted = await deleteOrganization(services, id, bench.context)
        if (deleted === 'not_found') throw unknownOrganization(id)
        if (deleted === 'personal') {
          throw new CommandFailure(`${id} is a person's own organization, and goes with the person only.`)
        }
        output.result({ id, deleted: true }, `${id} is deleted, and its keys work no more.`)
      }),
    )
}

function displayNameOf(name: string): string {
  const checked = optionValue(displayName, '--name', name)
  if (checked === undefined) throw usageFailure('--name is missing.')
  return checked
}

function organizationDocument(organization: Organization): object {
  return {
    id: organization.id,
    name: organization.name,
    external_id: organization.externalId,
    tier: organization.tier,
    personal: organization.personalUserId !== null,
    metadata: organization.metadata,
    created_at: organization.createdAt.toISOString(),
    updated_at: organization.updatedAt.toISOString(),
  }
}

function organizationText(organization: Organization): string {
  return fields([
    ['id', organization.id],
    ['name', organization.name],
    ['external id', organization.externalId ?? '-'],
    ['tier', organization.tier],
    ['metadata', JSON.stringify(organization.metadata)],
  ])
}

export const unknownOrganization = (id: string) =>
  new CommandFailure(`There is no organization ${id}. See: keygrant organizations list`)

function refusal(outcome: string, { externalId: external, tier }: Described) {
  return outcome === 'unknown_tier'
    ? new CommandFailure(`There is no tier ${tier}.`)
    : new CommandFailure(`Another organization has the external id ${external}.`)
}
