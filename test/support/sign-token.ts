/** Access tokens signed with the server's own key, as nobody but the server can. */
import { importJWK, SignJWT, type JWK, type JWTPayload } from 'jose'
import type { TestServer } from './server.ts'

export async function signToken(
  { db, secrets }: Pick<TestServer, 'db' | 'secrets'>,
  claims: JWTPayload,
  header: Partial<{ alg: string; typ: string }> = {},
): Promise<string> {
  const [row] = await db.signingKey.findMany({
    where: { algorithm: 'ES256', retiredAt: null },
    orderBy: { activeFrom: 'asc' },
  })
  if (!row) throw new Error('no signing key')
  const place = { table: 'signing_keys', column: 'private_sealed', row: row.id }
  const jwk = JSON.parse(secrets.open(row.privateSealed, place).toString('utf8')) as JWK
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: row.id, ...header })
    .sign(await importJWK(jwk, 'ES256'))
}
