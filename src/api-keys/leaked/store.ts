/** The rows of keys whose secrets have leaked, many in each statement. Raw, where Prisma would send one for each. */
import type { Tx } from '../../platform/database.ts'

/** One secret of a key, living or dead. */
export interface Version {
  secretId: string
  keyId: string
  hint: string
}

export interface RestingVersion extends Version {
  /** In hexadecimal. */
  digest: string
}

/** Ended ones, too. @param digests in hexadecimal */
export async function findVersions(tx: Tx, digests: readonly string[]): Promise<RestingVersion[]> {
  return tx.$queryRaw<RestingVersion[]>`
    SELECT encode(s.digest, 'hex') AS digest, s.id AS "secretId", s.api_key_id AS "keyId", s.hint
    FROM (SELECT decode(hex, 'hex') AS digest FROM unnest(${[...digests]}::text[]) AS hex) AS wanted
    JOIN api_key_secrets s ON s.digest = wanted.digest`
}

/** Always in the same order, so that two reports at once don't wait for each other. */
export async function lockKeys(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR NO KEY UPDATE`
}

export async function revokeLeaked(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const at = now.toISOString()
  await tx.$executeRaw`
    UPDATE api_keys SET exposed_at = coalesce(exposed_at, ${at}::timestamptz), exposed_reason = 'leaked',
      revoked_at = ${at}::timestamptz, updated_at = ${at}::timestamptz
    WHERE id = ANY(${[...ids]}::text[])`
}

/** Neither a key nor any secret of it lives past `end`; none lives longer than before. */
export async function endLeaked(tx: Tx, ids: readonly string[], { now, end }: { now: Date; end: Date }): Promise<void> {
  const [at, endsAt] = [now.toISOString(), end.toISOString()]
  await tx.$executeRaw`
    UPDATE api_keys SET exposed_at = coalesce(exposed_at, ${at}::timestamptz), exposed_reason = 'leaked',
      expires_at = least(expires_at, ${endsAt}::timestamptz), notice_at = NULL, updated_at = ${at}::timestamptz
    WHERE id = ANY(${[...ids]}::text[])`
  await tx.$executeRaw`
    UPDATE api_key_secrets SET expires_at = least(expires_at, ${endsAt}::timestamptz)
    WHERE api_key_id = ANY(${[...ids]}::text[])`
}

export interface Addressee {
  keyId: string
  /** The key's. */
  name: string
  userId: string
}

/** Of each key the person whom it acts for, and who administers its organization. */
export async function listAddressees(tx: Tx, keyIds: readonly string[]): Promise<Addressee[]> {
  const ids = [...keyIds]
  return tx.$queryRaw<Addressee[]>`
    SELECT k.id AS "keyId", k.name, u.id AS "userId"
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.id = ANY(${ids}::text[]) AND u.disabled_at IS NULL
    UNION
    SELECT k.id, k.name, u.id
    FROM api_keys k
    JOIN memberships m ON m.organization_id = k.organization_id AND m.role IN ('owner', 'admin')
    JOIN users u ON u.id = m.user_id
    WHERE k.id = ANY(${ids}::text[]) AND u.disabled_at IS NULL`
}
