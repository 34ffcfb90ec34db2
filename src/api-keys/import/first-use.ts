/**
 * The first use of a key that came with a slow hash: it is compared with what begins like it, and from then on rests like
 * any other. The work runs on other threads, few at a time, in a queue of its own: sign-ins and checks don't wait for it.
 */
import type { Pool } from 'pg'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { readSlowHash } from '../../platform/slow-hash/read.ts'
import { BCRYPT_BYTES, verifySlowHash } from '../../platform/slow-hash/verify.ts'
import { createWorkLimit } from '../../platform/work-limit.ts'
import { openHash } from './hash.ts'

/** Nothing that is heavier is taken at an import: some twenty in a second, and threads of lower rank than the one that serves. */
const AT_ONCE = 2
const WAITING = 32
/** A gateway doesn't wait longer for an answer. */
const LONGEST_WAIT_MS = 3_000

const UNIQUE_VIOLATION = '23505'

export interface SlowSecret {
  id: string
  digest: Buffer
  /** Sealed. */
  importedHash: string
  lookupPrefix: string
}

export interface FirstUse {
  /** What begins like it and wasn't used yet. */
  candidates(text: string, prefixLengths: readonly number[]): Promise<SlowSecret[]>
  /** Is it this one? @throws {BusyError} */
  matches(secret: SlowSecret, text: string): Promise<boolean>
  /** From now on it is looked for as one of ours. */
  settle(secret: SlowSecret, text: string): Promise<void>
  /** How many hashes were computed, for metrics. */
  readonly computations: number
}

interface Row {
  id: string
  digest: Buffer
  imported_hash: string
  lookup_prefix: string
}

const search = {
  name: 'api-keys-begin-with',
  text: `SELECT id, digest, imported_hash, lookup_prefix FROM api_key_secrets
    WHERE lookup_prefix = ANY($1::text[]) AND imported_hash IS NOT NULL ORDER BY length(lookup_prefix) DESC, id LIMIT 128`,
}

/** By its digest, too: of two nodes that compared it at the same moment one does this. */
const settling = {
  name: 'api-keys-first-use',
  text: `UPDATE api_key_secrets SET digest = $3, imported_digest = digest, imported_as = NULL, imported_hash = NULL,
      lookup_prefix = NULL
    WHERE id = $1 AND digest = $2`,
}

export function createFirstUse({ pool, secrets, log }: { pool: Pool; secrets: Secrets; log: Log }): FirstUse {
  const limit = createWorkLimit({ concurrency: AT_ONCE, queueLimit: WAITING, maxWaitMs: LONGEST_WAIT_MS })
  let computations = 0

  function hashOf({ id, importedHash }: SlowSecret) {
    try {
      return readSlowHash(openHash(secrets, id, importedHash))
    } catch (err) {
      log.warn({ err, secret: id }, 'the hash of an imported key can not be read')
      return null
    }
  }

  return {
    async candidates(text, prefixLengths) {
      const prefixes = prefixLengths.filter((length) => length <= text.length).map((length) => text.slice(0, length))
      if (prefixes.length === 0) return []
      const { rows } = await pool.query<Row>({ ...search, values: [prefixes] })
      return rows.map(({ id, digest, imported_hash, lookup_prefix }) => ({
        id,
        digest,
        importedHash: imported_hash,
        lookupPrefix: lookup_prefix,
      }))
    },
    async matches(secret, text) {
      const hash = hashOf(secret)
      // bcrypt looks at no more: of a longer key it would take any that only begins like it.
      if (hash === null || (hash.algorithm === 'bcrypt' && text.length > BCRYPT_BYTES)) return false
      return limit.run(() => {
        computations++
        return verifySlowHash(hash, text)
      })
    },
    async settle({ id, digest }, text) {
      try {
        await pool.query({ ...settling, values: [id, digest, secrets.digest('api_key', text)] })
      } catch (error) {
        // The same key came twice, with two hashes: the other one is what it is found by.
        if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
      }
    },
    get computations() {
      return computations
    },
  }
}
