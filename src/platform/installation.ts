/** The installation's own row, and the proof that the configured SECRET_KEY fits this database. */
import type { Db } from './database.ts'
import type { Secrets } from './secrets.ts'

export class SecretKeyMismatch extends Error {
  override name = 'SecretKeyMismatch'
  constructor() {
    super(
      'SECRET_KEY does not fit this database: what is sealed in it can not be opened. Set the key that it was made with, alone or after the new one, separated by a comma.',
    )
  }
}

const binding = { table: 'installation', column: 'key_check_sealed', row: '1' }
const knownText = 'keygrant'

/**
 * @returns when it came to be
 * @throws {SecretKeyMismatch} rather than fail at the first signature, or issue what nobody could read later
 */
export async function ensureInstallation(db: Db, secrets: Secrets): Promise<Date> {
  const sealed = secrets.seal(knownText, binding)
  await db.$executeRaw`INSERT INTO installation (id, key_check_sealed) VALUES (1, ${sealed}) ON CONFLICT DO NOTHING`
  const { keyCheckSealed, createdAt } = await db.installation.findUniqueOrThrow({ where: { id: 1 } })
  if (!opens(keyCheckSealed, secrets)) throw new SecretKeyMismatch()
  // The check follows the newest key, so that an old one can be taken out of the configuration some day.
  if (secrets.needsResealing(keyCheckSealed))
    await db.installation.update({ where: { id: 1 }, data: { keyCheckSealed: sealed } })
  return createdAt
}

export function opens(sealed: Uint8Array, secrets: Secrets): boolean {
  try {
    return secrets.open(sealed, binding).toString('utf8') === knownText
  } catch {
    return false
  }
}
