/** Whether a text is the one that another system hashed. All of it runs on libuv's threads; how many at once is the caller's to bound. */
import { createCipheriv, pbkdf2, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { verify as verifyArgon2 } from 'argon2'
import type { FirebaseKey, SlowHash } from './slow-hash.ts'

const derivePbkdf2 = promisify(pbkdf2)
const deriveScrypt = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** What bcrypt looks at; what comes after it is as good as not typed. */
export const BCRYPT_BYTES = 72

/** @param firebase its project's key, without which no Firebase hash verifies */
export async function verifySlowHash(
  hash: SlowHash,
  text: string,
  firebase: FirebaseKey | null = null,
): Promise<boolean> {
  switch (hash.algorithm) {
    case 'bcrypt':
      return verifyBcrypt(text, hash.text)
    case 'argon2':
      return verifyArgon2(hash.text, text)
    case 'pbkdf2': {
      const { digest, iterations, salt } = hash
      return timingSafeEqual(await derivePbkdf2(text, salt, iterations, hash.hash.length, digest), hash.hash)
    }
    case 'scrypt': {
      const { ln, r, p, salt } = hash
      return timingSafeEqual(await deriveScrypt(text, salt, hash.hash.length, costs(ln, r, p)), hash.hash)
    }
    case 'firebase-scrypt':
      return firebase !== null && verifyFirebase(hash, text, firebase)
  }
}

/** Firebase encrypts its project's key with what scrypt gives, and keeps the ciphertext. */
async function verifyFirebase(
  { salt, hash }: { salt: Buffer; hash: Buffer },
  text: string,
  { signerKey, saltSeparator, rounds, memCost }: FirebaseKey,
): Promise<boolean> {
  const salted = Buffer.concat([salt, saltSeparator])
  const key = await deriveScrypt(text, salted, 32, costs(memCost, rounds, 1))
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const made = Buffer.concat([cipher.update(signerKey), cipher.final()])
  return made.length === hash.length && timingSafeEqual(made, hash)
}

/** Node refuses more than 32 MiB unless it is told. */
function costs(ln: number, r: number, p: number): ScryptOptions {
  const N = 2 ** ln
  return { N, r, p, maxmem: 129 * N * r + 256 * r * p + 1024 * 1024 }
}
