/** `organizations`: the platform's customers, known by their slugs, with their owners and service accounts. */
import { z } from 'zod'
import { displayName, externalId, metadata, slug } from '../http/api/wire.ts'
import { changeOrganizationWithin, type ChangedOrganization } from '../organizations/change.ts'
import { createOrganization, type CreatedOrganization } from '../organizations/create.ts'
import { deleteOrganizationWithin } from '../organizations/delete.ts'
import { DEFAULT_TIER, type Organization } from '../organizations/organization.ts'
import type { ServiceAccount } from '../organizations/service-accounts/service-account.ts'
import { updateOrganization } from '../organizations/store.ts'
import { titleFromName } from '../resources/words.ts'
import { applyOwners, ownersField, ownersSaid, readOwners, type Owners } from './owners.ts'
import { differences } from './report.ts'
import { section, type Run } from './section.ts'
import { accountsSaid, applyServiceAccounts, readServiceAccounts, serviceAccountsField } from './service-accounts.ts'
import {
  countBelongings,
  countUnnamed,
  listOrganizationsFor,
  listPlatformOrganizations,
  listUnnamedOrganizations,
} from './store.ts'
import { withoutDefaults } from './without-defaults.ts'

const entry = z.strictObject({
  name: displayName.optional().meta({ description: 'What people call it. Unless said, its slug in words.' }),
  external_id: externalId.nullable().default(null),
  tier: slug.default(DEFAULT_TIER),
  metadata: metadata.default({}),
  owners: ownersField.optional().meta({
    description:
      'By their addresses: who has an account becomes an owner, others are invited. Without it, nobody is touched.',
  }),
  service_accounts: serviceAccountsField.optional().meta({
    description: 'By their names: what acts for it and for no person. Without it, none is touched.',
  }),
})

type Entry = z.output<typeof entry>
type Entries = Record<string, Entry>

export const organizations = section<Entries>({
  name: 'organizations',
  collections: ['organizations'],
  schema: z.record(slug, entry).superRefine((entries, context) => {
    const owners = new Map<string, string>()
    for (const [name, { external_id: id }] of Object.entries(entries)) {
      if (id === null) continue
      const other = owners.get(id)
      const message = `is the external_id of ${other}, too`
      if (other !== undefined) context.addIssue({ code: 'custom', path: [name, 'external_id'], message })
      owners.set(id, name)
    }
  }),

  async make(run, entries) {
    const { tx, services } = run
    const present = await match(run, entries)
    await parkExternalIds(run, entries, present)
    const ids = Object.keys(entries).flatMap((name) => present.get(name)?.id ?? [])
    const known: Known = {
      present,
      owners: await readOwners(tx, services.clock, ids),
      accounts: await readServiceAccounts(tx, ids),
      namesakes: await listUnnamedOrganizations(
        tx,
        Object.entries(entries).map(([name, wanted]) => wordsOf(name, wanted)),
      ),
    }
    for (const [name, wanted] of Object.entries(entries)) await makeOne(run, name, wanted, known)
  },

  async finish(run, entries) {
    const { tx, prune, report } = run
    const platforms = await listPlatformOrganizations(tx)
    for (const { id, slug: name, personalUserId } of await listOrganizationsFor(tx, [])) {
      if (name === null || personalUserId !== null || Object.hasOwn(entries, name)) continue
      if (platforms.has(id)) report.keep('organization', name, 'it is the platform’s own')
      else if (prune) await remove(run, id, name)
      else report.keep('organization', name)
    }
  },

  async read({ tx, services, note }) {
    const all = await listOrganizationsFor(tx, [])
    const ids = all.map(({ id }) => id)
    const owners = await readOwners(tx, services.clock, ids)
    const accounts = await readServiceAccounts(tx, ids)
    const { organizations: unnamed } = await countUnnamed(tx)
    if (unnamed > 0) note(`not in here, since without a slug no file knows them: ${unnamed} of the organizations`)
    return Object.fromEntries(
      all.flatMap((organization) => {
        const { id, slug: name } = organization
        return name === null ? [] : [[name, said(organization, name, owners(id), accounts(id))]]
      }),
    )
  },
})

/** What there is of what the entries mean. */
interface Known {
  readonly present: ReadonlyMap<string, Organization>
  readonly owners: (organizationId: string) => Owners
  readonly accounts: (organizationId: string) => readonly ServiceAccount[]
  /** Organizations without a slug, by what people call them. */
  readonly namesakes: ReadonlyMap<string, string>
}

/** What is there: by its slug; else by its external id, which only the platform sets, if no file knows it yet. */
async function match({ tx }: Run, entries: Entries): Promise<ReadonlyMap<string, Organization>> {
  const externalIds = Object.values(entries).flatMap(({ external_id: id }) => id ?? [])
  const rows = await listOrganizationsFor(tx, externalIds)
  const bySlug = new Map(rows.flatMap((row) => (row.slug === null ? [] : [[row.slug, row] as const])))
  const nameless = new Map(
    rows.flatMap((row) => (row.slug === null && row.personalUserId === null ? [[row.externalId, row] as const] : [])),
  )
  for (const [name, { external_id: id }] of Object.entries(entries)) {
    const adopted = id === null || bySlug.has(name) ? undefined : nameless.get(id)
    if (adopted) bySlug.set(name, adopted)
  }
  return bySlug
}

/**
 * External ids are unique at every moment, and organizations may exchange theirs, or one take over that of another which
 * goes: those that another one takes it from leave theirs first.
 */
async function parkExternalIds(
  { tx, prune, context }: Run,
  entries: Entries,
  present: ReadonlyMap<string, Organization>,
): Promise<void> {
  const takers = new Map(
    Object.entries(entries).flatMap(([name, { external_id: id }]) => (id === null ? [] : [[id, name] as const])),
  )
  const platforms = await listPlatformOrganizations(tx)
  for (const [name, { id, externalId: own }] of present) {
    const taker = own === null ? undefined : takers.get(own)
    const leaves = Object.hasOwn(entries, name) || (prune && !platforms.has(id))
    if (taker === undefined || taker === name || !leaves) continue
    await updateOrganization(tx, id, { externalId: `keygrant:parked:${id}` }, context.clock.now())
  }
}

const wordsOf = (name: string, { name: words }: Entry): string => words ?? titleFromName(name)

async function makeOne(run: Run, name: string, wanted: Entry, known: Known): Promise<void> {
  const present = known.present.get(name)
  const { external_id: own, tier, metadata: kept } = wanted
  const columns = { name: wordsOf(name, wanted), externalId: own, slug: name, tier, metadata: kept }
  const organization = present ? await changeOne(run, present, columns) : await createOne(run, columns)
  if (!organization) return
  const { id } = organization
  const owners = await applyOwners(run, organization, name, wanted.owners, known.owners(id))
  const change = { kind: 'organization', name } as const
  if (!present) {
    const namesake = known.namesakes.get(columns.name)
    const notes =
      namesake === undefined ? [] : [`another one is called so: if ${namesake} is meant, give it this slug first`]
    run.report.change({ ...change, action: 'create', about: own, fields: owners, notes })
  } else {
    const fields = [...differences(shown(present), shown(columns)), ...owners]
    if (present.slug === null) run.report.change({ ...change, action: 'adopt', about: id, fields })
    else if (fields.length > 0) run.report.change({ ...change, action: 'update', fields })
  }
  if (wanted.service_accounts) {
    await applyServiceAccounts(run, organization, name, wanted.service_accounts, known.accounts(id))
  }
}

async function createOne(run: Run, columns: Columns): Promise<Organization | null> {
  const created = await createOrganization(run.tx, columns, run.context)
  return created.outcome === 'created' ? created.organization : refuse(run, columns, created.outcome)
}

async function changeOne(run: Run, present: Organization, columns: Columns): Promise<Organization | null> {
  if (differences(shown(present), shown(columns)).length === 0) return present
  const changed = await changeOrganizationWithin(run.tx, present.id, columns, run.context)
  return changed.outcome === 'done' ? changed.organization : refuse(run, columns, changed.outcome)
}

function refuse(
  { report }: Run,
  { slug: name, tier }: Columns,
  outcome: (CreatedOrganization | ChangedOrganization)['outcome'],
): null {
  const place = ['organizations', name ?? '']
  switch (outcome) {
    case 'unknown_tier':
      report.fault('unknown', [...place, 'tier'], `there is no tier ${tier}`)
      break
    case 'external_id_taken':
      report.fault(
        'conflict',
        [...place, 'external_id'],
        'is the external_id of another organization, which the file does not name',
      )
      break
    case 'slug_of_personal':
    case 'slug_taken':
      report.fault('conflict', place, 'is the slug of another organization')
      break
    case 'not_found':
    case 'created':
    case 'done':
      throw new Error(`the organization ${name} is gone while it is locked`)
  }
  return null
}

async function remove(run: Run, id: string, name: string): Promise<void> {
  const { tx, services, report, context } = run
  const { keys, clients } = await countBelongings(tx, id)
  const going = [
    ...(keys > 0 ? [keys === 1 ? 'an API key' : `${keys} API keys`] : []),
    ...(clients > 0 ? [clients === 1 ? 'a client' : `${clients} clients`] : []),
  ].join(' and ')
  const deleted = await deleteOrganizationWithin(tx, services, id, context)
  if (deleted !== 'deleted') throw new Error(`the organization ${name} could not be deleted: ${deleted}`)
  report.change({ action: 'delete', kind: 'organization', name, notes: going === '' ? [] : [`with ${going} of it`] })
}

type Columns = Pick<Organization, 'name' | 'externalId' | 'slug' | 'tier' | 'metadata'>

/** As people compare them. */
function shown({ name, externalId: external_id, slug: known, tier, metadata: kept }: Columns) {
  return { slug: known, name, external_id, tier, metadata: kept }
}

function said(
  organization: Organization,
  slugName: string,
  owners: Owners,
  accounts: readonly ServiceAccount[],
): Entry {
  const { name, externalId: external_id, tier, metadata: kept } = organization
  return withoutDefaults<Entry>(
    {
      name,
      external_id,
      tier,
      metadata: { ...kept } as Entry['metadata'],
      owners: ownersSaid(owners),
      service_accounts: accountsSaid(accounts),
    },
    {
      name: titleFromName(slugName),
      external_id: null,
      tier: DEFAULT_TIER,
      metadata: {},
      owners: [],
      service_accounts: {},
    },
  )
}
