/**
 * Every key that still works, as lines that `POST /v1/keys/import` takes: hashes and what they stand for, never a key.
 *
 * First come the keys that hashes were made with. Those of our own are HMAC-SHA-256 of the whole key, as UTF-8, under the
 * first of these lines (there are several only while SECRET_KEY is being rotated): any system can compute it. It was
 * derived for this purpose alone, so that it opens nothing else, but with it and the lines behind it guesses can be tried
 * offline: keys that Keygrant drew are beyond that, short ones of another system may not be. The file is a secret.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Environment } from '../format.ts'
import { openHash } from '../import/hash.ts'
import { openHashKey } from '../import/hash-key.ts'
import { listHashKeys } from '../import/store.ts'
import type { ApiKey } from '../api-key.ts'
import { listLiveSecrets, type ExportedSecret } from './store.ts'

interface HashKeyLine {
  kind: 'hash_key'
  algorithm: 'hmac-sha256'
  encoding: 'base64'
  key: string
}

/** One for each secret: an old one in its grace is a key of its own, which ends with the grace. */
interface KeyLine {
  kind: 'api_key'
  hash: string
  algorithm: string
  lookup_prefix?: string
  hint: string
  name: string
  organization_id?: string
  organization_external_id?: string
  organization_slug?: string
  external_id: string | null
  service_account?: string
  user_email?: string
  scopes: readonly string[]
  grantable_scopes: readonly string[]
  resource: string | null
  environment: Environment
  tier: string | null
  limits: ApiKey['limits']
  allowed_ips: readonly string[]
  metadata: Readonly<Record<string, unknown>>
  expires_at: string | null
  created_at: string
  disabled: boolean
}

export type ExportLine = HashKeyLine | KeyLine

const BLOCK = 500

export async function* exportKeys({
  db,
  secrets,
  clock,
}: {
  db: Db
  secrets: Secrets
  clock: Clock
}): AsyncGenerator<ExportLine> {
  const imported = (await listHashKeys(db)).map((key) => openHashKey(secrets, key))
  for (const key of [...secrets.apiKeyDigestKeys(), ...imported]) {
    yield { kind: 'hash_key', algorithm: 'hmac-sha256', encoding: 'base64', key: key.toString('base64') }
  }
  const now = clock.now()
  let after = ''
  for (;;) {
    const block = await listLiveSecrets(db, { after, limit: BLOCK, now })
    for (const secret of block) yield lineOf(secrets, secret)
    const last = block.at(-1)
    if (!last || block.length < BLOCK) return
    after = last.secretId
  }
}

function lineOf(secrets: Secrets, secret: ExportedSecret): KeyLine {
  return {
    kind: 'api_key',
    ...hashOf(secrets, secret),
    hint: secret.hint,
    name: secret.name,
    ...placeOf(secret),
    external_id: secret.externalId,
    ...(secret.userEmail === null
      ? { service_account: secret.serviceAccount ?? '' }
      : { user_email: secret.userEmail }),
    scopes: secret.scopes,
    grantable_scopes: secret.grantableScopes,
    resource: secret.resource,
    environment: secret.environment,
    tier: secret.tier,
    limits: secret.limits,
    allowed_ips: secret.allowedIps,
    metadata: secret.metadata,
    expires_at: secret.expiresAt?.toISOString() ?? null,
    created_at: secret.createdAt.toISOString(),
    disabled: secret.disabled,
  }
}

/** What came as a hash goes as that hash. */
function hashOf(secrets: Secrets, secret: ExportedSecret): Pick<KeyLine, 'hash' | 'algorithm' | 'lookup_prefix'> {
  const { secretId, digest, importedAs, importedHash, lookupPrefix } = secret
  if (importedAs === null || importedHash === null) {
    return { hash: Buffer.from(digest).toString('hex'), algorithm: 'hmac-sha256' }
  }
  const hash = openHash(secrets, secretId, importedHash)
  return { hash, algorithm: importedAs, ...(lookupPrefix !== null && { lookup_prefix: lookupPrefix }) }
}

/** By a name that the organization has elsewhere, too, if it has one; a person's own is found by the person. */
function placeOf(secret: ExportedSecret): Pick<KeyLine, `organization_${'id' | 'external_id' | 'slug'}`> {
  const { organizationId, organizationExternalId, organizationSlug, personalUserId, userId, externalId } = secret
  if (organizationExternalId !== null) return { organization_external_id: organizationExternalId }
  if (organizationSlug !== null) return { organization_slug: organizationSlug }
  const isTheirOwn = personalUserId !== null && personalUserId === userId && externalId === null
  return isTheirOwn ? {} : { organization_id: organizationId }
}
