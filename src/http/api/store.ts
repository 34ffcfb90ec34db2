/** The rows of answers that are kept for whoever asks again. */
import type { Tx } from '../../platform/database.ts'

export interface IdempotencyRecord {
  digest: Uint8Array
  bodyDigest: Uint8Array
  status: 200 | 201 | 202 | 204
  responseSealed: Uint8Array
  secretId: string | null
  secretSealed: Uint8Array | null
  createdAt: Date
  expiresAt: Date
}

/** Held until the transaction ends. False: somebody else is at it. Raw, since Prisma has no advisory locks. */
export async function tryLock(tx: Tx, digest: Uint8Array): Promise<boolean> {
  const key = Buffer.from(digest).readBigInt64BE(0)
  const rows = await tx.$queryRaw<{ locked: boolean }[]>`SELECT pg_try_advisory_xact_lock(${key}::bigint) AS locked`
  return rows[0]?.locked === true
}

export async function findRecord(tx: Tx, digests: readonly Uint8Array[], now: Date): Promise<IdempotencyRecord | null> {
  const row = await tx.idempotencyRecord.findFirst({
    where: { digest: { in: digests.map((digest) => Uint8Array.from(digest)) }, expiresAt: { gt: now } },
  })
  if (!row || row.status === null || row.responseSealed === null) return null
  return { ...row, status: row.status as IdempotencyRecord['status'], responseSealed: row.responseSealed }
}

/** One that has expired but wasn't swept yet gives way. */
export async function insertRecord(tx: Tx, record: IdempotencyRecord): Promise<void> {
  const bytes = (value: Uint8Array) => Uint8Array.from(value)
  await tx.idempotencyRecord.deleteMany({ where: { digest: bytes(record.digest) } })
  await tx.idempotencyRecord.create({
    data: {
      ...record,
      digest: bytes(record.digest),
      bodyDigest: bytes(record.bodyDigest),
      responseSealed: bytes(record.responseSealed),
      secretSealed: record.secretSealed && bytes(record.secretSealed),
    },
  })
}

/** Whether a secret is still its key's newest: an answer is never a way to one that was revoked or rotated away. */
export async function isSecretLive(tx: Tx, secretId: string): Promise<boolean> {
  const count = await tx.apiKeySecret.count({
    where: { id: secretId, supersededAt: null, apiKey: { revokedAt: null } },
  })
  if (count > 0) return true
  if ((await tx.clientSecret.count({ where: { id: secretId } })) > 0) return true
  return (await tx.webhookEndpoint.count({ where: { secretId } })) > 0
}
