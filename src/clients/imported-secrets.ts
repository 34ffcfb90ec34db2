/**
 * Secrets of which only another system's slow hash was brought along. At their first use they become ours, whose keyed
 * hash costs nothing to compare; until then they are tried a few at a time, so that who knows a client_id can't keep the
 * server busy with it.
 */
import { notify } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { readSlowHash } from '../platform/slow-hash/read.ts'
import { BCRYPT_BYTES, verifySlowHash } from '../platform/slow-hash/verify.ts'
import { BusyError, createWorkLimit, type WorkLimitOptions } from '../platform/work-limit.ts'
import { Problem } from '../http/problem.ts'
import { liveSecrets } from './add-secret.ts'
import type { Client } from './client.ts'
import { hintOfSecret } from './issue-secret.ts'
import { upgradeSecret } from './store.ts'

/** Apart from people's passwords, which have a queue of their own: neither holds the other up. */
const patience: WorkLimitOptions = { concurrency: 1, queueLimit: 32, maxWaitMs: 5000 }

/** What counts attempts in vain by the caller's network. */
export interface VainAttempts {
  /** Whole seconds until this network may try again; 0: now. */
  wait(address: string): number
  count(address: string): void
}

export interface ImportedSecrets {
  /**
   * Whether it is one of the client's. Asked after `verifySecret` has found that it is none of ours.
   * @throws {Problem} `too_many_requests`, or `unavailable` where too many wait
   */
  verify(client: Pick<Client, 'id' | 'secrets'>, presented: string, address: string): Promise<boolean>
}

export function createImportedSecrets({
  db,
  secrets,
  clock,
  attempts,
}: {
  db: Db
  secrets: Secrets
  clock: Clock
  attempts: VainAttempts
}): ImportedSecrets {
  const limit = createWorkLimit(patience)

  /** Each node learns of it, so that the next one compares ours. */
  async function upgrade(clientId: string, secretId: string, from: string, presented: string): Promise<void> {
    const to = { digest: secrets.digest('client_secret', presented), hint: hintOfSecret(presented) }
    await db.$transaction(async (tx) => {
      if (await upgradeSecret(tx, secretId, from, to)) await notify(tx, { kind: 'client', id: clientId })
    })
  }

  return {
    async verify(client, presented, address) {
      const pending = liveSecrets(client, clock).flatMap(({ id, importedHash }) => {
        const hash = importedHash === null ? null : readSlowHash(importedHash)
        return importedHash === null || hash === null ? [] : [{ id, importedHash, hash }]
      })
      if (pending.length === 0) return false
      const retryAfterSeconds = attempts.wait(address)
      if (retryAfterSeconds > 0) {
        const detail = 'Too many client secrets that were none came from this network.'
        throw new Problem('too_many_requests', { detail, retryAfterSeconds })
      }
      for (const { id, importedHash, hash } of pending) {
        if (!(await limit.run(() => verifySlowHash(hash, presented)).catch(ifBusy))) continue
        // bcrypt hasn't seen what comes behind; what it hasn't seen must not become part of the secret.
        const whole = hash.algorithm !== 'bcrypt' || Buffer.byteLength(presented) <= BCRYPT_BYTES
        if (whole) await upgrade(client.id, id, importedHash, presented)
        return true
      }
      attempts.count(address)
      return false
    },
  }
}

function ifBusy(error: unknown): never {
  if (!(error instanceof BusyError)) throw error
  throw new Problem('unavailable', { cause: error, retryAfterSeconds: error.retryAfterSeconds })
}
