/** Authorization requests that wait for a person. They rest sealed, under a hash of their id. */
import type { AdapterPayload } from 'oidc-provider'
import { findInteraction } from '../unit/reads.ts'
import type { Unit } from '../unit/unit.ts'
import { dateOf, type Model, type StoredPayload } from './model.ts'
import { noteEnded, noteFound, noteStored } from './waiting.ts'

export const interactions = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    const row = await findInteraction(unit.pool, unit.secrets.digests('interaction', id), unit.now)
    if (!row) return undefined
    noteFound(unit, id)
    const payload = unit.secrets.open(row.payload_sealed, binding(row.digest)).toString('utf8')
    return { ...(JSON.parse(payload) as AdapterPayload), jti: id }
  },

  upsert(unit: Unit, id: string, payload: StoredPayload): void {
    noteStored(unit, id)
    const digest = unit.secrets.digest('interaction', id)
    const { jti: _, ...kept } = payload
    // The raw session cookie is in here, and nothing reads it: a session is known by its uid.
    const session = kept.session ? { ...kept.session, cookie: undefined } : undefined
    // The provider counts in seconds, in which somebody may sign in and be asked to sign in again.
    const beganAtMs = unit.now.getTime()
    unit.closing.set(`interaction ${id}`, () =>
      unit.writes.insert(
        'interactions',
        {
          digest,
          client_id: (payload.params?.['client_id'] as string | undefined) ?? null,
          payload_sealed: unit.secrets.seal(JSON.stringify({ beganAtMs, ...kept, session }), binding(digest)),
          created_at: unit.now,
          expires_at: dateOf(payload.exp),
        },
        { onConflict: { columns: ['digest'], update: ['payload_sealed', 'expires_at'] } },
      ),
    )
  },

  destroy(unit: Unit, id: string): void {
    noteEnded(unit, id)
    unit.closing.delete(`interaction ${id}`)
    for (const digest of unit.secrets.digests('interaction', id)) unit.writes.remove('interactions', { digest })
  },
} satisfies Model

const binding = (digest: Buffer) => ({ table: 'interactions', column: 'payload_sealed', row: digest.toString('hex') })
