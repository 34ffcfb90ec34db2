/** `organizations`: the platform's customers, known by their slugs, with their owners and service accounts. */
import { z } from 'zod'
import { displayName, externalId, metadata, slug } from '../http/api/wire.ts'
import { changeOrganizationWithin, type ChangedOrganization } from '../organizations/change.ts'
import { createOrganization, type CreatedOrganization } from '../organizations/create.ts'
import { deleteOrganizationWithin } from '../organizations/delete.ts'
import { DEFAULT_TIER, type Organization } from '../organizations/organization.ts'
import { findOrganization, updateOrganization } from '../organizations/store.ts'
import { titleFromName } from '../resources/words.ts'
import { applyOwners, ownersField, ownersSaid } from './owners.ts'
import { differences } from './report.ts'
import { section, type Reading, type Run } from './section.ts'
import { accountsSaid, applyServiceAccounts, serviceAccountsField } from './service-accounts.ts'
import { countBelongings, countUnnamed, findUnnamedOrganization, isPlatforms, listOrganizationsFor } from './store.ts'
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
    const present = await match(run, entries)
    await parkExternalIds(run, entries, present)
    for (const [name, wanted] of Object.entries(entries)) {
      const organization = await makeOne(run, name, wanted, present.get(name) ?? null)
      if (!organization) continue
      if (wanted.service_accounts) await applyServiceAccounts(run, organization, name, wanted.service_accounts)
    }
  },

  async finish(run, entries) {
    const { tx, prune, report } = run
    for (const { id, slug: name, personalUserId } of await listOrganizationsFor(tx, [])) {
      if (name === null || personalUserId !== null || Object.hasOwn(entries, name)) continue
      if (await isPlatforms(tx, id)) report.keep('organization', name, 'it is the platform’s own')
      else if (prune) await remove(run, id, name)
      else report.keep('organization', name)
    }
  },

  async read(reading) {
    const { tx, note } = reading
    const entries: [string, Entry][] = []
    for (const { id, slug: name } of await listOrganizationsFor(tx, [])) {
      const organization = await findOrganization(tx, id)
      if (name !== null && organization) entries.push([name, await said(reading, name, organization)])
    }
    const { organizations: unnamed } = await countUnnamed(tx)
    if (unnamed > 0) note(`not in here, since without a slug no file knows them: ${unnamed} of the organizations`)
    return Object.fromEntries(entries)
  },
})

/** What is there: by its slug; else by its external id, which only the platform sets, if no file knows it yet. */
async function match({ tx }: Run, entries: Entries): Promise<ReadonlyMap<string, Present>> {
  const externalIds = Object.values(entries).flatMap(({ external_id: id }) => id ?? [])
  const rows = await listOrganizationsFor(tx, externalIds)
  const found = new Map<string, Present>()
  for (const row of rows) if (row.slug !== null) found.set(row.slug, row)
  for (const [name, { external_id: id }] of Object.entries(entries)) {
    const nameless = id === null ? undefined : rows.find((row) => row.externalId === id && row.slug === null)
    if (nameless && nameless.personalUserId === null && !found.has(name)) found.set(name, nameless)
  }
  return found
}

interface Present {
  id: string
  slug: string | null
  externalId: string | null
  personalUserId: string | null
}

/**
 * External ids are unique at every moment, and organizations may exchange theirs, or one take over that of another which
 * goes: those that another one takes it from leave theirs first.
 */
async function parkExternalIds({ tx, prune, context }: Run, entries: Entries, present: ReadonlyMap<string, Present>) {
  const takers = new Map(
    Object.entries(entries).flatMap(([name, { external_id: id }]) => (id === null ? [] : [[id, name] as const])),
  )
  for (const [name, { id, externalId: own }] of present) {
    const taker = own === null ? undefined : takers.get(own)
    const leaves = Object.hasOwn(entries, name) || (prune && !(await isPlatforms(tx, id)))
    if (taker === undefined || taker === name || !leaves) continue
    await updateOrganization(tx, id, { externalId: `keygrant:parked:${id}` }, context.clock.now())
  }
}

async function makeOne(run: Run, name: string, wanted: Entry, present: Present | null): Promise<Organization | null> {
  const { tx, report, context } = run
  const columns = {
    name: wanted.name ?? titleFromName(name),
    externalId: wanted.external_id,
    slug: name,
    tier: wanted.tier,
    metadata: wanted.metadata,
  }
  if (present) return changeOne(run, name, wanted, present, columns)
  const namesake = await findUnnamedOrganization(tx, columns.name)
  const created = await createOrganization(tx, columns, context)
  if (created.outcome !== 'created') return refuse(run, name, created.outcome)
  const { organization } = created
  const fields = await applyOwners(run, organization, name, wanted.owners)
  const notes = namesake === null ? [] : [`another one is called so: if ${namesake} is meant, give it this slug first`]
  report.change({ action: 'create', kind: 'organization', name, about: wanted.external_id, fields, notes })
  return organization
}

async function changeOne(
  run: Run,
  name: string,
  wanted: Entry,
  present: Present,
  columns: Columns,
): Promise<Organization | null> {
  const { tx, report, context } = run
  const { id } = present
  const found = await findOrganization(tx, id)
  if (!found) throw new Error(`the organization ${name} is gone`)
  // Its external id may be parked.
  const before = { ...found, externalId: present.externalId }
  const differing = differences(shown(before), shown(columns))
  const changed = differing.length === 0 ? null : await changeOrganizationWithin(tx, id, columns, context)
  if (changed && changed.outcome !== 'done') return refuse(run, name, changed.outcome)
  const organization = changed?.organization ?? found
  const fields = [...differing, ...(await applyOwners(run, organization, name, wanted.owners))]
  if (before.slug === null) report.change({ action: 'adopt', kind: 'organization', name, about: id, fields })
  else if (fields.length > 0) report.change({ action: 'update', kind: 'organization', name, fields })
  return organization
}

function refuse({ report }: Run, name: string, outcome: (CreatedOrganization | ChangedOrganization)['outcome']): null {
  const place = ['organizations', name]
  switch (outcome) {
    case 'unknown_tier':
      report.fault('unknown', [...place, 'tier'], 'is not a tier')
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

async function said(reading: Reading, slugName: string, organization: Organization): Promise<Entry> {
  const { name, externalId: external_id, tier, metadata: kept } = organization
  return withoutDefaults<Entry>(
    {
      name,
      external_id,
      tier,
      metadata: { ...kept } as Entry['metadata'],
      owners: await ownersSaid(reading, organization),
      service_accounts: await accountsSaid(reading, organization),
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
