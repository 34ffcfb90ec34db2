/** How dear a hash of another system may be to verify, and which are cheap to guess. */
import type { FirebaseKey, SlowHash } from './slow-hash.ts'

/** Each keeps a core busy for some two seconds at most, and holds some 128 MiB at most. */
const most = {
  bcryptCost: 14,
  argon2MemoryKib: 128 * 1024,
  /** Memory times passes. */
  argon2Work: 2 ** 20,
  argon2Lanes: 8,
  /** Iterations times the blocks that the hash is long. */
  pbkdf2Work: 4_000_000,
  scryptMemory: 128 * 1024 * 1024,
  /** N times r times p. */
  scryptWork: 2 ** 22,
} as const

/** Below these a guesser with one graphics card tries so many in a second that common passwords fall in days. */
const weakBelow = { bcryptCost: 10, argon2Work: 2 ** 15, pbkdf2Iterations: 100_000, scryptWork: 2 ** 17 } as const

/** A shorter one is given by many passwords besides the right one. */
const SHORTEST_HASH = 16
const LONGEST_HASH = 128
const LONGEST_SALT = 256
/** Argon2 computes nothing with a shorter one (RFC 9106, 3.1). */
const SHORTEST_ARGON2_SALT = 8

const digestBytes = { sha1: 20, sha256: 32, sha512: 64 } as const

/** Why it can't be taken, in words; null if it can. */
export function slowHashFault(hash: SlowHash): string | null {
  if ('hash' in hash && (hash.hash.length < SHORTEST_HASH || hash.hash.length > LONGEST_HASH)) {
    return `must be ${SHORTEST_HASH} to ${LONGEST_HASH} bytes long: this one has ${hash.hash.length}`
  }
  if ('salt' in hash && hash.salt.length > LONGEST_SALT) return `must have a salt of at most ${LONGEST_SALT} bytes`
  switch (hash.algorithm) {
    case 'bcrypt':
      return within(hash.cost, 4, most.bcryptCost) ? null : `must have a cost of 4 to ${most.bcryptCost}`
    case 'argon2': {
      const { memoryKib, passes, lanes, salt } = hash
      if (salt.length < SHORTEST_ARGON2_SALT) return `must have a salt of at least ${SHORTEST_ARGON2_SALT} bytes`
      const sane = within(passes, 1, most.argon2Work) && within(lanes, 1, most.argon2Lanes) && memoryKib >= 8 * lanes
      return sane && memoryKib <= most.argon2MemoryKib && memoryKib * passes <= most.argon2Work
        ? null
        : `must take at most ${most.argon2MemoryKib} KiB and ${most.argon2Lanes} lanes, and memory times passes at most ${most.argon2Work}`
    }
    case 'pbkdf2': {
      const blocks = Math.ceil(hash.hash.length / digestBytes[hash.digest])
      return within(hash.iterations * blocks, 1, most.pbkdf2Work)
        ? null
        : `must have at most ${Math.floor(most.pbkdf2Work / blocks)} iterations`
    }
    case 'scrypt':
      return scryptFault(hash)
    case 'firebase-scrypt':
      return null
  }
}

/** The same of what a Firebase project sets for all its hashes. */
export function firebaseKeyFault({ memCost, rounds }: FirebaseKey): string | null {
  return scryptFault({ ln: memCost, r: rounds, p: 1 })
}

function scryptFault({ ln, r, p }: { ln: number; r: number; p: number }): string | null {
  const sane = within(ln, 1, 30) && within(r, 1, 1024) && within(p, 1, 1024)
  // RFC 7914, 6: beyond it nothing is computed, and each try would be an error.
  if (sane && ln >= 16 * r) return `must have an N below two to the power of ${16 * r}, 16 times r`
  return sane && 128 * 2 ** ln * r <= most.scryptMemory && 2 ** ln * r * p <= most.scryptWork
    ? null
    : `must take at most ${most.scryptMemory / 2 ** 20} MiB (128 times N times r, N a power of two), and N times r times p at most ${most.scryptWork}`
}

/** Does it keep a stolen table's passwords for hardly longer than a plain one? */
export function isWeakSlowHash(hash: SlowHash): boolean {
  switch (hash.algorithm) {
    case 'bcrypt':
      return hash.cost < weakBelow.bcryptCost
    case 'argon2':
      return hash.memoryKib * hash.passes < weakBelow.argon2Work
    case 'pbkdf2':
      return hash.iterations < weakBelow.pbkdf2Iterations
    case 'scrypt':
      return 2 ** hash.ln * hash.r * hash.p < weakBelow.scryptWork
    case 'firebase-scrypt':
      return false
  }
}

function within(value: number, least: number, greatest: number): boolean {
  return Number.isInteger(value) && value >= least && value <= greatest
}
