/** Writes the keys that an import makes, with what they are looked for by and what happened: some ten statements for a thousand. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { formatsFor } from './formats.ts'
import type { RestingHashKey } from './hash-key.ts'
import { restingDigests, sealHash, type ImportedSecret } from './hash.ts'
import type { PlannedKey, PlannedOwner } from './planned-key.ts'
import { insertFormats, insertHashKeys, insertImportedKeys, type NewKeyRow } from './store.ts'

export interface WriteServices {
  secrets: Secrets
  organizations: {
    /** Their ids, in the order asked; those that aren't there are made. */
    ensureServiceAccounts(
      tx: Tx,
      wanted: readonly { organizationId: string; name: string }[],
      context: AuditContext,
    ): Promise<string[]>
  }
}

/** What the request's HMACs were made with: the ids of all, and those that are new. */
export interface UsedHashKeys {
  ids: readonly string[]
  fresh: readonly RestingHashKey[]
}

/** @returns the ids of the keys, in their order */
export async function writeImportedKeys(
  tx: Tx,
  services: WriteServices,
  keys: readonly PlannedKey[],
  hashKeys: UsedHashKeys,
  context: AuditContext,
): Promise<string[]> {
  const [first] = keys
  if (!first) return []
  const now = context.clock.now()
  await insertHashKeys(tx, hashKeys.fresh)
  const needed = keys.flatMap(({ row }) => formatsFor(row.secret, hashKeys.ids))
  const formats = [...new Map(needed.map((format) => [format.id, format])).values()]
  const newFormats = await insertFormats(tx, formats, now)
  const accounts = await madeAccounts(tx, services, keys, context)
  const written = keys.map((key) => ({ key, row: keyRow(services.secrets, key, ownerId(key, accounts), context) }))
  await insertImportedKeys(
    tx,
    written.map(({ row }) => row),
    now,
  )
  await record(
    tx,
    written.map(({ key: { row, place }, row: { id, userId, serviceAccountId } }) => ({
      type: 'api_key.imported',
      id,
      organizationId: place.organizationId,
      data: {
        name: row.name,
        hint: row.hint,
        environment: row.environment,
        scopes: row.scopes,
        expires_at: row.expiresAt?.toISOString() ?? null,
        owner: userId ?? serviceAccountId ?? '',
        algorithm: row.secret.as,
      },
    })),
    context,
  )
  const ids = written.map(({ row }) => row.id)
  // One notice is enough: whatever was looked for in vain is looked for again, on every node.
  await notify(tx, { kind: 'api_key', id: ids[0] ?? '' })
  if (newFormats > 0) await notify(tx, { kind: 'foreign_keys', id: 'formats' })
  return ids
}

/** The service accounts that keys name and that aren't there yet, by `accountKey`. */
async function madeAccounts(
  tx: Tx,
  { organizations }: WriteServices,
  keys: readonly PlannedKey[],
  context: AuditContext,
): Promise<ReadonlyMap<string, string>> {
  const missing = new Map(
    keys.flatMap(({ place: { organizationId }, owner }) =>
      owner.id === null ? [[accountKey(organizationId, owner), { organizationId, name: owner.name }] as const] : [],
    ),
  )
  if (missing.size === 0) return new Map()
  const ids = await organizations.ensureServiceAccounts(tx, [...missing.values()], context)
  return new Map([...missing.keys()].map((name, index) => [name, ids[index] ?? '']))
}

function ownerId({ place, owner }: PlannedKey, accounts: ReadonlyMap<string, string>): string {
  const id = owner.id ?? accounts.get(accountKey(place.organizationId, owner))
  if (id === undefined) throw new Error('a service account was not made')
  return id
}

const accountKey = (organizationId: string, owner: PlannedOwner): string =>
  JSON.stringify([organizationId, owner.id === null ? owner.name : null])

function keyRow(secrets: Secrets, { row, place, owner }: PlannedKey, by: string, { clock }: AuditContext): NewKeyRow {
  const now = clock.now()
  return {
    id: newId('key', clock),
    organizationId: place.organizationId,
    userId: owner.kind === 'user' ? by : null,
    serviceAccountId: owner.kind === 'service_account' ? by : null,
    name: row.name,
    environment: row.environment,
    scopes: [...row.scopes],
    grantableScopes: [...row.grantableScopes],
    resource: row.resource,
    externalId: place.externalId,
    tier: row.tier,
    limits: row.limits,
    allowedIps: [...row.allowedIps],
    metadata: { ...row.metadata },
    expiresAt: row.expiresAt,
    disabledAt: row.disabled ? now : null,
    createdAt: row.createdAt ?? now,
    secret: { ...restingSecret(secrets, newId('sec', clock), row.secret), hint: row.hint },
  }
}

function restingSecret(secrets: Secrets, id: string, secret: ImportedSecret): Omit<NewKeyRow['secret'], 'hint'> {
  const [digest] = restingDigests(secrets, secret)
  if (!digest) throw new Error('there is no secret key')
  if (secret.as === 'plain') return { id, digest, importedAs: null, importedHash: null, lookupPrefix: null }
  const lookupPrefix = 'lookupPrefix' in secret ? secret.lookupPrefix : null
  return { id, digest, importedAs: secret.as, importedHash: sealHash(secrets, id, secret.hash), lookupPrefix }
}
