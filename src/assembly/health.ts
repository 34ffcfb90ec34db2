/** What the server can't be without, and how each is asked. */
import { createHealth, type Health } from '../http/health.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import type { Changes } from '../platform/changes.ts'
import type { Database } from '../platform/database.ts'

export function serverHealth(
  parts: { pool: Database['pool']; changes: Pick<Changes, 'state'>; publicJwks: () => PublicJwks },
  isStopping: () => boolean,
): Health {
  const { pool, changes, publicJwks } = parts
  return createHealth(
    {
      database: async () => void (await pool.query('SELECT 1')),
      signing_keys: () => {
        if (publicJwks().keys.length === 0) throw new Error('there is no signing key')
      },
      listener: () => {
        if (changes.state() !== 'live') throw new Error('the listener is blind')
      },
    },
    isStopping,
  )
}
