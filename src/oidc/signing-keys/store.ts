/** The rows of the signing keys. */
import type { JWK } from 'oidc-provider'
import type { Db, Tx } from '../../platform/database.ts'
import type { Prisma } from '../../platform/prisma/client.ts'
import type { SigningAlgorithm, SigningKey } from './signing-key.ts'

/** One node at a time makes or turns keys. */
export async function lock(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('keygrant signing keys'))`
}

/** Newest first. */
export async function list(db: Db | Tx): Promise<SigningKey[]> {
  const rows = await db.signingKey.findMany({ orderBy: { id: 'desc' } })
  return rows.map(({ id, algorithm, publicJwk, ...row }) => ({
    kid: id,
    algorithm: algorithm as SigningAlgorithm,
    publicJwk: publicJwk as JWK,
    ...row,
  }))
}

export async function insert(tx: Tx, { kid, publicJwk, privateSealed, ...key }: SigningKey): Promise<void> {
  await tx.signingKey.create({
    data: {
      id: kid,
      ...key,
      publicJwk: publicJwk as Prisma.InputJsonObject,
      privateSealed: new Uint8Array(privateSealed),
    },
  })
}

export async function retire(tx: Tx, kid: string, retiredAt: Date, goneAt: Date): Promise<void> {
  await tx.signingKey.update({ where: { id: kid }, data: { retiredAt, goneAt } })
}
