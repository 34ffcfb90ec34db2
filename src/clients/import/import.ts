/**
 * Brings clients of another system along: each keeps its client_id, and the secret that it has, as it is or by its hash.
 * An administrator registers them, and nobody else can. What people have allowed them is not brought along.
 */
import { record, type AuditContext } from '../../audit/record.ts'
import type { Event } from '../../audit/events.ts'
import {
  importAnswerOf,
  parseRow,
  type ImportAnswer,
  type ParsedRow,
  type RowResult,
} from '../../http/api/import-rows.ts'
import type { Principal } from '../../http/api/principal.ts'
import type { InputFault } from '../../http/problem.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { notPassable } from '../access.ts'
import type { ClientSecret } from '../client.ts'
import { hintOfSecret } from '../issue-secret.ts'
import type { Registration } from '../metadata-rules.ts'
import { unknownReferences, type Known } from '../references.ts'
import { knownBy, type ClientServices } from '../services.ts'
import { findClients, findSecretOwners, findSlugs, insertClients, insertSecrets } from '../store.ts'
import { planClients, type Facts, type Plan, type PlannedClient, type ResolvedRow } from './plan.ts'
import { clientRowFields, readClient, type ClientRow, type RowOrganization } from './row.ts'

/** What an import needs of organizations. */
export interface ImportOrganizations {
  /** Customers by any of their names; they stay to the end of the transaction. */
  hold(
    tx: Tx,
    wanted: { ids: readonly string[]; externalIds: readonly string[]; slugs: readonly string[] },
  ): Promise<{ id: string; externalId: string | null; slug: string | null }[]>
}

export type ImportServices = ClientServices & { organizations: ImportOrganizations }

/** A row with a fault stops no other. */
export async function importClients(
  tx: Tx,
  services: ImportServices,
  { rows: given, dryRun, principal }: { rows: readonly unknown[]; dryRun: boolean; principal: Principal },
  context: AuditContext,
): Promise<ImportAnswer> {
  const now = services.clock.now()
  const parsed = given.map((row): ParsedRow<ClientRow> => {
    const fields = parseRow(clientRowFields, row)
    return fields.ok ? readClient(fields.value, { now }) : fields
  })
  const read = parsed.flatMap((one, place) => (one.ok ? [{ row: one.value, place }] : []))
  const organizationId = await holdOrganizations(
    tx,
    services,
    read.map(({ row }) => row),
  )
  const known = remembering(knownBy(services))
  const resolved: ResolvedRow[] = []
  for (const { row, place } of read) {
    const id = row.organization === null ? null : organizationId(row.organization)
    const registration = { ...row.registration, name: row.registration.name ?? row.id, organizationId: id }
    const errors = [
      ...(row.organization !== null && id === null ? [unknownOrganization(row.organization)] : []),
      ...(await faultsOf(tx, services, known, principal, registration)),
    ]
    resolved.push({ row, place, registration, errors })
  }
  const plans = planClients(await readFacts(tx, services, resolved), resolved)
  const clients = plans.flatMap((plan) => (plan.outcome === 'created' ? [plan.client] : []))
  const ids = dryRun ? null : await write(tx, services, clients, context)
  const answer = importAnswerOf(dryRun, resultsOf(parsed, plans, ids))
  if (!dryRun) {
    await record(tx, { type: 'installation.clients_imported', id: 'installation', data: answer.counts }, context)
  }
  return answer
}

async function holdOrganizations(
  tx: Tx,
  { organizations }: ImportServices,
  rows: readonly ClientRow[],
): Promise<(named: RowOrganization) => string | null> {
  const named = rows.flatMap(({ organization }) => organization ?? [])
  const valuesOf = (wanted: RowOrganization['by']) => [
    ...new Set(named.flatMap(({ by, value }) => (by === wanted ? [value] : []))),
  ]
  const found =
    named.length === 0
      ? []
      : await organizations.hold(tx, {
          ids: valuesOf('organization_id'),
          externalIds: valuesOf('organization_external_id'),
          slugs: valuesOf('organization_slug'),
        })
  const byName = {
    organization_id: new Map(found.map(({ id }) => [id, id])),
    organization_external_id: new Map(found.map(({ id, externalId }) => [externalId, id])),
    organization_slug: new Map(found.map(({ id, slug }) => [slug, id])),
  }
  return ({ by, value }) => byName[by].get(value) ?? null
}

const unknownOrganization = ({ by, value }: RowOrganization): InputFault => ({
  path: `/${by}`,
  code: 'unknown_organization',
  message: `there is no organization ${value}, or it is a person's own`,
})

/** A thousand rows ask for the same few tiers. */
function remembering(known: Known): Known {
  const tiers = new Map<string, Promise<boolean>>()
  return {
    ...known,
    // Those that rows name are held already.
    hasOrganization: () => Promise.resolve(true),
    hasTier(db, name) {
      const asked = tiers.get(name) ?? known.hasTier(db, name)
      tiers.set(name, asked)
      return asked
    },
  }
}

async function faultsOf(
  tx: Tx,
  services: ImportServices,
  known: Known,
  principal: Principal,
  registration: Registration,
): Promise<InputFault[]> {
  const unknown = await unknownReferences(tx, known, registration)
  if (unknown.length > 0) {
    return unknown.map(({ path, message }) => ({ path: `/${path.replaceAll('.', '/')}`, code: 'unknown', message }))
  }
  const { any, missing } = notPassable(services, principal, registration)
  if (missing.length === 0) return []
  const message = any
    ? 'must be said for a client_credentials client, which could have any otherwise: those that the calling credential may give'
    : `the calling credential has not these itself, and may not give them: ${missing.join(', ')}`
  return [{ path: '/scope', code: 'insufficient_scope', message }]
}

async function readFacts(tx: Tx, { secrets }: ImportServices, rows: readonly ResolvedRow[]): Promise<Facts> {
  const digestsOf = (secret: string) => secrets.digests('client_secret', secret).map((digest) => digest.toString('hex'))
  const plain = rows.flatMap(({ row: { secret } }) => (secret?.kind === 'plain' ? digestsOf(secret.text) : []))
  const slugs = rows.flatMap(({ registration: { slug } }) => slug ?? [])
  const present = await findClients(tx, [...new Set(rows.map(({ row }) => row.id))])
  const owners = plain.length === 0 ? [] : await findSecretOwners(tx, plain)
  return {
    present: new Map(present.map((client) => [client.id, client])),
    slugs: new Map(slugs.length === 0 ? [] : (await findSlugs(tx, slugs)).map(({ slug, id }) => [slug, id])),
    secretOwners: new Map(owners.map(({ digest, clientId }) => [digest, clientId])),
    digestsOf,
  }
}

/** @returns whether each is in: somebody else may have taken its name just now */
async function write(
  tx: Tx,
  services: ImportServices,
  clients: readonly PlannedClient[],
  context: AuditContext,
): Promise<Map<PlannedClient, boolean>> {
  if (clients.length === 0) return new Map()
  const now = services.clock.now()
  const inserted = await insertClients(
    tx,
    clients.map(({ row, registration }) => ({
      ...registration,
      id: row.id,
      origin: 'administrator',
      createdAt: row.createdAt ?? now,
      disabledAt: row.disabled ? now : null,
    })),
    now,
  )
  const made = clients.filter(({ row }) => inserted.has(row.id))
  await insertSecrets(
    tx,
    made.flatMap(({ row }) => restingSecret(services, row) ?? []),
  )
  await record(tx, made.flatMap(eventsOf), context)
  return new Map(clients.map((client) => [client, inserted.has(client.row.id)]))
}

/**
 * A hash has a digest of a purpose of its own, only so that there is one: by what it is of, nothing that is sent can be
 * found, and who holds the hash can't send it in place of the secret.
 */
function restingSecret(
  { secrets, clock }: ImportServices,
  { id: clientId, secret }: ClientRow,
): (ClientSecret & { clientId: string }) | null {
  if (secret === null) return null
  const resting = { id: newId('sec', clock), clientId, createdAt: clock.now(), expiresAt: null }
  if (secret.kind === 'plain') {
    const digest = secrets.digest('client_secret', secret.text)
    return { ...resting, digest, importedHash: null, hint: hintOfSecret(secret.text) }
  }
  const digest = secrets.digest('imported_client_secret', `${resting.id} ${secret.text}`)
  return { ...resting, digest, importedHash: secret.text, hint: UNKNOWN_HINT }
}

/** Nobody knows what a hashed one ends with. */
const UNKNOWN_HINT = '????'

function eventsOf({ row, registration }: PlannedClient): Event[] {
  const { name, redirectUris, organizationId } = registration
  const secret = row.secret === null ? 'none' : row.secret.kind === 'plain' ? 'plain' : row.secret.algorithm
  return [
    { type: 'client.created', id: row.id, organizationId, data: { name, redirect_uris: redirectUris } },
    { type: 'client.imported', id: row.id, organizationId, data: { secret } },
  ]
}

function resultsOf(
  parsed: readonly ParsedRow<ClientRow>[],
  plans: readonly Plan[],
  made: ReadonlyMap<PlannedClient, boolean> | null,
): RowResult[] {
  const remaining = [...plans]
  return parsed.map((one, row): RowResult => {
    if (!one.ok) return { row, outcome: 'invalid', errors: one.errors }
    const plan = remaining.shift()
    if (!plan) throw new Error('a row has no plan')
    const warnings = one.value.warnings.length > 0 ? { warnings: [...one.value.warnings] } : {}
    switch (plan.outcome) {
      case 'invalid':
      case 'conflict':
        return { row, outcome: plan.outcome, errors: plan.errors }
      case 'unchanged':
        return { row, outcome: 'unchanged', id: plan.id }
      case 'created': {
        const { id } = plan.client.row
        if (made === null || made.get(plan.client) === true) return { row, outcome: 'created', id, ...warnings }
        return { row, outcome: 'conflict', errors: [{ path: '/client_id', code: 'taken', message: 'was just taken' }] }
      }
    }
  })
}
