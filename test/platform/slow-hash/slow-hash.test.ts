import { describe, expect, test } from 'vitest'
import { firebaseKeyFault, isWeakSlowHash, slowHashFault } from '../../../src/platform/slow-hash/bounds.ts'
import { readSlowHash } from '../../../src/platform/slow-hash/read.ts'
import {
  readBase64,
  writeSlowHash,
  type FirebaseKey,
  type SlowHash,
} from '../../../src/platform/slow-hash/slow-hash.ts'
import { verifySlowHash } from '../../../src/platform/slow-hash/verify.ts'
import { firebase, published } from './vectors.ts'

function read(text: string): SlowHash {
  const hash = readSlowHash(text)
  if (hash === null) throw new Error(`not read: ${text}`)
  return hash
}

const bytes = (text: string) => readBase64(text) ?? Buffer.alloc(0)

const project: FirebaseKey = {
  signerKey: bytes(firebase.base64_signer_key),
  saltSeparator: bytes(firebase.base64_salt_separator),
  rounds: firebase.rounds,
  memCost: firebase.mem_cost,
}
const firebaseHash: SlowHash = {
  algorithm: 'firebase-scrypt',
  keyId: 'hky_1',
  salt: bytes(firebase.salt),
  hash: bytes(firebase.passwordHash),
}

describe('a hash that another implementation made', () => {
  test.each(published)('verifies its text and not itself: $name', async ({ hash, of }) => {
    const known = read(hash)
    expect(slowHashFault(known)).toBeNull()
    expect(await verifySlowHash(known, of)).toBe(true)
    expect(await verifySlowHash(known, hash)).toBe(false)
  })

  test.each(published)('is the same after it has rested here: $name', ({ hash }) => {
    const rested = writeSlowHash(read(hash))
    expect(writeSlowHash(read(rested))).toBe(rested)
    expect(rested.startsWith('$')).toBe(true)
  })

  test('verifies the published hash of Firebase with its project’s key, and none without', async () => {
    expect(firebaseKeyFault(project)).toBeNull()
    expect(await verifySlowHash(firebaseHash, firebase.password, project)).toBe(true)
    expect(await verifySlowHash(firebaseHash, 'user2password', project)).toBe(false)
    expect(await verifySlowHash(firebaseHash, firebase.password, { ...project, signerKey: Buffer.alloc(64) })).toBe(
      false,
    )
    expect(await verifySlowHash(firebaseHash, firebase.password)).toBe(false)
    expect(read(writeSlowHash(firebaseHash))).toEqual(firebaseHash)
  })
})

describe('what is no such hash', () => {
  test.each([
    'correct horse battery staple',
    '',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3',
    // The hash of a bug in an old PHP, under which other passwords match, too.
    '$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e',
    '$2b$10$short',
    '$argon2id$v=19$m=256,t=2,p=1,keyid=Zm9v$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    '$argon2id$v=19$m=256,m=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    'pbkdf2_sha256$100000$seasalt$not base64',
  ])('is not read as one: %s', (text) => {
    expect(readSlowHash(text)).toBeNull()
  })

  test('is not looked at where it is longer than any', () => {
    expect(readSlowHash(`$scrypt$ln=14,r=8,p=1$${'A'.repeat(2000)}$AAAA`)).toBeNull()
  })
})

describe('the bounds', () => {
  const sixteen = 'AAAAAAAAAAAAAAAAAAAAAA'
  test.each([
    ['bcrypt for hours', '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['bcrypt with no cost', '$2b$00$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['argon2 of four gigabytes', `$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$${sixteen}`],
    ['argon2 of a million passes', `$argon2id$v=19$m=65536,t=1000000,p=1$c29tZXNhbHQ$${sixteen}`],
    ['argon2 of a hundred lanes', `$argon2id$v=19$m=65536,t=1,p=100$c29tZXNhbHQ$${sixteen}`],
    ['argon2 of no memory', `$argon2id$v=19$m=0,t=1,p=1$c29tZXNhbHQ$${sixteen}`],
    ['argon2 of a salt that it computes nothing with', `$argon2id$v=19$m=256,t=2,p=1$c2FsdA$${sixteen}`],
    ['a number beyond all bounds', `$argon2id$v=19$m=99999999999999999999,t=1,p=1$c29tZXNhbHQ$${sixteen}`],
    ['PBKDF2 of a billion rounds', `$pbkdf2-sha256$i=999999999$c2FsdA$${sixteen}`],
    ['PBKDF2 of no rounds', `$pbkdf2-sha256$i=0$c2FsdA$${sixteen}`],
    ['PBKDF2 that is long to make up for it', `$pbkdf2-sha1$i=999999$c2FsdA$${'A'.repeat(170)}`],
    ['scrypt of all memory', `$scrypt$ln=20,r=8,p=1$c2FsdA$${sixteen}`],
    ['scrypt for minutes', `$scrypt$ln=14,r=8,p=1000$c2FsdA$${sixteen}`],
    ['scrypt whose N is too great for its r', `$scrypt$ln=16,r=1,p=1$c2FsdA$${sixteen}`],
    ['scrypt whose N is no power of two', 'scrypt$16385$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tib'],
    ['a hash that one password in 256 has', '$pbkdf2-sha256$i=100000$c2FsdA$AA'],
    ['an empty hash', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AA'],
  ])('refuse %s', (_, text) => {
    expect(slowHashFault(read(text))).toMatch(/^must /)
  })

  test.each([
    ['argon2', `$argon2id$v=19$m=64,t=1,p=8$c29tZXNhbHQ$${sixteen}`],
    ['scrypt', `$scrypt$ln=15,r=1,p=1$c2FsdA$${sixteen}`],
    ['scrypt of the least', `$scrypt$ln=1,r=1,p=1$c2FsdA$${sixteen}`],
    ['PBKDF2 of the least', `$pbkdf2-sha256$i=1$c2FsdA$${sixteen}`],
  ])('take no hash at their edge that can’t be computed: %s', async (_, text) => {
    expect(slowHashFault(read(text))).toBeNull()
    expect(await verifySlowHash(read(text), 'a password')).toBe(false)
  })

  test('refuse a Firebase project whose hashes take all memory', () => {
    expect(firebaseKeyFault({ ...project, memCost: 24 })).toMatch(/^must /)
    expect(firebaseKeyFault({ ...project, memCost: 16, rounds: 1 })).toMatch(/^must /)
    expect(firebaseKeyFault({ ...project, rounds: 0 })).toMatch(/^must /)
  })

  test('tell what is cheap to guess from what is not', () => {
    const weak = published.filter(({ hash }) => isWeakSlowHash(read(hash))).map(({ name }) => name)
    expect(weak).toContain('bcrypt $2a$ (crypt_blowfish)')
    expect(weak).toContain('PBKDF2 with SHA-256 (passlib)')
    expect(weak).not.toContain('scrypt (RFC 7914)')
    expect(weak).not.toContain('PBKDF2 of Django')
    expect(isWeakSlowHash(firebaseHash)).toBe(false)
  })
})
