/** How other systems hash their keys, and what rests of such a hash here. */
import { readSlowHash } from '../../platform/slow-hash/read.ts'
import type { SlowHash } from '../../platform/slow-hash/slow-hash.ts'
import { slowHashFault } from '../../platform/slow-hash/bounds.ts'
import type { Secrets } from '../../platform/secrets.ts'

export const fastAlgorithms = ['sha256', 'hmac-sha256'] as const
export const slowAlgorithms = ['bcrypt', 'argon2id'] as const
export const hashAlgorithms = [...fastAlgorithms, ...slowAlgorithms] as const

export type FastAlgorithm = (typeof fastAlgorithms)[number]
export type SlowAlgorithm = (typeof slowAlgorithms)[number]

/** A key as it came: whole, or as a hash. */
export type ImportedSecret =
  | { readonly as: 'plain'; readonly key: string }
  /** In lower-case hexadecimal. */
  | { readonly as: 'sha256'; readonly hash: string }
  | { readonly as: 'hmac-sha256'; readonly hash: string }
  /** In the notation that it came in. `lookupPrefix` is what the key begins with. */
  | { readonly as: SlowAlgorithm; readonly hash: string; readonly lookupPrefix: string }

export function isSlow(algorithm: string): algorithm is SlowAlgorithm {
  return (slowAlgorithms as readonly string[]).includes(algorithm)
}

/** The 32 bytes of a SHA-256 in hexadecimal or base64, padded or not, in either alphabet; null for anything else. */
export function readFastHash(text: string): string | null {
  if (/^[\da-f]{64}$/i.test(text)) return text.toLowerCase()
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : null
}

/**
 * A first use is waited for, and whoever knows what a key begins with can cause it: what would take longer than a third of
 * a second is not taken.
 */
const MOST_BCRYPT_COST = 12
const MOST_ARGON2_WORK_KIB = 2 ** 18

/** Why a slow hash can't be taken, in words; null if it can. */
export function slowKeyFault(algorithm: SlowAlgorithm, text: string): string | null {
  const hash = readSlowHash(text)
  if (algorithm === 'bcrypt') {
    if (hash?.algorithm !== 'bcrypt' || hash.text !== text) return 'must be a bcrypt hash: $2a$, $2b$ or $2y$'
    return slowHashFault(hash) ?? (hash.cost > MOST_BCRYPT_COST ? `must have a cost of 4 to ${MOST_BCRYPT_COST}` : null)
  }
  if (!isArgon2id(hash, text)) return 'must be an argon2id hash: $argon2id$v=19$m=…,t=…,p=…$salt$hash'
  const tooDear = hash.memoryKib * hash.passes > MOST_ARGON2_WORK_KIB
  return slowHashFault(hash) ?? (tooDear ? `must take at most ${MOST_ARGON2_WORK_KIB} KiB, memory times passes` : null)
}

function isArgon2id(hash: SlowHash | null, text: string): hash is SlowHash & { algorithm: 'argon2' } {
  return hash?.algorithm === 'argon2' && hash.text === text && text.startsWith('$argon2id$')
}

/**
 * By which its row is found, under each configured key, newest first. A hash has a purpose of its own: who holds one can't
 * send it in place of the key.
 */
export function restingDigests(secrets: Pick<Secrets, 'digests'>, secret: ImportedSecret): Buffer<ArrayBuffer>[] {
  if (secret.as === 'plain') return secrets.digests('api_key', secret.key)
  return hashDigests(secrets, secret.as, secret.hash)
}

/** @param hash in the one form in which it is kept */
export function hashDigests(
  secrets: Pick<Secrets, 'digests'>,
  algorithm: FastAlgorithm | SlowAlgorithm,
  hash: string,
): Buffer<ArrayBuffer>[] {
  return secrets.digests('imported_api_key', `${algorithm} ${hash}`)
}

const placeOf = (secretId: string) => ({ table: 'api_key_secrets', column: 'imported_hash', row: secretId })

/** As it rests: sealed, so that who reads the database has nothing to guess short keys by. */
export function sealHash(secrets: Pick<Secrets, 'seal'>, secretId: string, hash: string): string {
  return secrets.seal(hash, placeOf(secretId)).toString('base64')
}

/** @throws {Error} where the secret key is gone that it was sealed under */
export function openHash(secrets: Pick<Secrets, 'open'>, secretId: string, sealed: string): string {
  return secrets.open(Buffer.from(sealed, 'base64'), placeOf(secretId)).toString()
}
