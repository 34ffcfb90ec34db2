/** Assertion ids that were seen (RFC 7523, section 3): insert or fail, so that two at the same moment give one success. */
import type { AdapterPayload } from 'oidc-provider'
import { replayed } from '../unit/reads.ts'
import type { Unit } from '../unit/unit.ts'
import { dateOf, type Model, type StoredPayload } from './model.ts'

export const replays = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    return (await replayed(unit.pool, unit.secrets.digests('replay', id)))
      ? { jti: id, kind: 'ReplayDetection' }
      : undefined
  },
  upsert(unit: Unit, id: string, payload: StoredPayload): void {
    unit.guard(
      { kind: 'replay' },
      (bind) =>
        `INSERT INTO replays (digest, expires_at) VALUES (${bind(unit.secrets.digest('replay', id), 'bytea')}, ${bind(dateOf(payload.exp), 'timestamptz')}) ON CONFLICT DO NOTHING`,
    )
  },
} satisfies Model
