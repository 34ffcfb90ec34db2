/** Hashing and verifying passwords: argon2id, one computation per try whoever is asked for, and never more at once than the server can bear. */
import { randomBytes } from 'node:crypto'
import { argon2id, hash, needsRehash, verify } from 'argon2'
import type { FirebaseKey, SlowHash } from '../platform/slow-hash/slow-hash.ts'
import { BCRYPT_BYTES, verifySlowHash } from '../platform/slow-hash/verify.ts'
import { createWorkLimit, type WorkLimitOptions } from '../platform/work-limit.ts'
import { normalizePassword } from './password-text.ts'

/** OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. Memory is in KiB. */
export const argon2Parameters = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const

const HASH_BYTES = 32
const SALT_BYTES = 16

export interface Passwords {
  /** The PHC string to store. Throws `RangeError` over 128 characters, which the policy refuses first, and `BusyError`. */
  hash(password: string): Promise<string>
  /**
   * Pass null where no such user or no password exists: the same work is done, so that the time doesn't tell who has an account.
   * `rehash` asks to store a new hash of this password, since today's parameters are other ones. Throws `BusyError`.
   */
  verify(stored: string | null, password: string): Promise<{ ok: boolean; rehash: boolean }>
  /**
   * The same of a hash that another system made, of the password as it was typed. `upgrade` is the hash to store in its
   * place; null where the password is wrong, or can't be known whole. Throws `BusyError`.
   *
   * Besides what the other algorithm costs, one argon2 computation: of the new hash, or, as for an unknown address, of
   * none. A hash that is argon2 itself is that computation, and a right password makes one more if it is of other parameters.
   */
  verifyImported(imported: ImportedPassword, password: string): Promise<{ ok: boolean; upgrade: string | null }>
  /** How often argon2 has been computed: for metrics, and for the test that known and unknown addresses cost the same. */
  readonly computations: number
  readonly waiting: number
}

export interface ImportedPassword {
  hash: SlowHash
  /** Of a Firebase project, if it is one of its hashes. */
  firebase: FirebaseKey | null
}

/**
 * argon2 runs on libuv's pool of four threads, which files and name look-ups need, too: a `concurrency` of one or two leaves them room.
 * `maxWaitMs` is 5 seconds unless said.
 */
export function createPasswords(options: Omit<WorkLimitOptions, 'maxWaitMs'> & { maxWaitMs?: number }): Passwords {
  const limit = createWorkLimit({ maxWaitMs: 5000, ...options })
  const decoy = decoyHash()
  let computations = 0

  function count<T>(work: () => Promise<T>): Promise<T> {
    computations += 1
    return work()
  }

  const hashAnew = async (text: string) => {
    const salt = randomBytes(SALT_BYTES)
    const manner = { type: argon2id, hashLength: HASH_BYTES, salt, raw: true, ...argon2Parameters } as const
    return phcString(salt, await count(() => hash(text, manner)))
  }

  /** Whoever waits once has its turn for all of it. */
  async function tryImported({ hash: imported, firebase }: ImportedPassword, password: string, text: string) {
    const isArgon2 = imported.algorithm === 'argon2'
    const matches = () => verifySlowHash(imported, password, firebase)
    const ok = await (isArgon2 ? count(matches) : matches())
    if (ok && isArgon2 && password === text && !isOutdated(imported.text)) return { ok, upgrade: imported.text }
    if (ok && isKnownWhole(imported, password)) return { ok, upgrade: await hashAnew(text) }
    if (!isArgon2) await count(() => verify(decoy, text))
    return { ok, upgrade: null }
  }

  return {
    async hash(password) {
      const text = normalizePassword(password)
      if (text === null) throw new RangeError('the password is too long to be hashed')
      return limit.run(() => hashAnew(text))
    },
    async verify(stored, password) {
      const text = normalizePassword(password)
      if (text === null) return { ok: false, rehash: false }
      const matches = await limit.run(() => count(() => verify(stored ?? decoy, text)))
      const ok = matches && stored !== null
      return { ok, rehash: ok && isOutdated(stored) }
    },
    async verifyImported(imported, password) {
      const text = normalizePassword(password)
      if (text === null) return { ok: false, upgrade: null }
      return limit.run(() => tryImported(imported, password, text))
    },
    get computations() {
      return computations
    },
    get waiting() {
      return limit.waiting
    },
  }
}

/** A hash that costs what a real one costs and that no password gives: its bytes are drawn, not computed. */
function decoyHash(): string {
  return phcString(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
}

/** The parameters in the order m, t, p, without which other argon2 implementations can't read it; the library writes m, p, t. */
function phcString(salt: Buffer, digest: Buffer): string {
  const { memoryCost, timeCost, parallelism } = argon2Parameters
  const [saltText, digestText] = [salt, digest].map((bytes) => bytes.toString('base64').replace(/=+$/, ''))
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${saltText}$${digestText}`
}

/** bcrypt doesn't see what comes after its 72 bytes: a slip of the finger there must not become part of the password. */
function isKnownWhole({ algorithm }: SlowHash, password: string): boolean {
  return algorithm !== 'bcrypt' || Buffer.byteLength(password) <= BCRYPT_BYTES
}

/** The library compares version and costs, but not the variant. */
function isOutdated(stored: string): boolean {
  return !stored.startsWith('$argon2id$') || needsRehash(stored, argon2Parameters)
}
