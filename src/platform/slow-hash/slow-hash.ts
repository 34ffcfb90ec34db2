/** A hash of a password or secret that another system made, in the one notation that it rests in here (the PHC string format, or near it). */

export type SlowHash =
  /** `text` is the hash as the library reads it. */
  | { algorithm: 'bcrypt'; cost: number; text: string }
  | { algorithm: 'argon2'; memoryKib: number; passes: number; lanes: number; salt: Buffer; hash: Buffer; text: string }
  | { algorithm: 'pbkdf2'; digest: Pbkdf2Digest; iterations: number; salt: Buffer; hash: Buffer }
  /** N is two to the power of `ln`. */
  | { algorithm: 'scrypt'; ln: number; r: number; p: number; salt: Buffer; hash: Buffer }
  /** What the project's own key makes of it is read with that key: see `FirebaseKey`. */
  | { algorithm: 'firebase-scrypt'; keyId: string; salt: Buffer; hash: Buffer }

export const pbkdf2Digests = ['sha1', 'sha256', 'sha512'] as const
export type Pbkdf2Digest = (typeof pbkdf2Digests)[number]

/** Of a Firebase project, in the console's names: `base64_signer_key`, `base64_salt_separator`, `rounds`, `mem_cost`. */
export interface FirebaseKey {
  signerKey: Buffer
  saltSeparator: Buffer
  rounds: number
  memCost: number
}

/** What `readSlowHash` reads again. */
export function writeSlowHash(hash: SlowHash): string {
  switch (hash.algorithm) {
    case 'bcrypt':
    case 'argon2':
      return hash.text
    case 'pbkdf2':
      return `$pbkdf2-${hash.digest}$i=${hash.iterations}$${base64(hash.salt)}$${base64(hash.hash)}`
    case 'scrypt':
      return `$scrypt$ln=${hash.ln},r=${hash.r},p=${hash.p}$${base64(hash.salt)}$${base64(hash.hash)}`
    case 'firebase-scrypt':
      return `$firebase-scrypt$k=${hash.keyId}$${base64(hash.salt)}$${base64(hash.hash)}`
  }
}

/** Without padding, as the PHC string format has it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** Padded or not, in the ordinary alphabet, the one for URLs, or passlib's with a point for the plus. Null for anything else. */
export function readBase64(text: string): Buffer | null {
  const plain = text.replace(/={1,2}$/, '')
  if (!/^[\w+/.-]*$/.test(plain) || plain.length % 4 === 1) return null
  return Buffer.from(plain.replaceAll(/[.-]/g, '+').replaceAll('_', '/'), 'base64')
}
