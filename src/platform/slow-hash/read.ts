/** Which notations of other systems' hashes are known: the table, and how each is read. */
import { pbkdf2Digests, readBase64, type SlowHash } from './slow-hash.ts'

/** In words, for those whose hash is of none of them. */
export const knownNotations =
  'bcrypt ($2a$, $2b$, $2y$), argon2 ($argon2id$, $argon2i$, $argon2d$), PBKDF2 ($pbkdf2-sha256$, pbkdf2_sha256$ of Django, pbkdf2:sha256: of Werkzeug) and scrypt ($scrypt$, scrypt$ of Django, scrypt: of Werkzeug)'

type Groups = Readonly<Record<string, string | undefined>>

interface Notation {
  pattern: RegExp
  read: (groups: Groups) => SlowHash | null
}

const notations: readonly Notation[] = [
  {
    // Spring writes {bcrypt} before it, Django bcrypt$. $2x$ is for hashes of a bug of its own, which nothing here repeats.
    pattern: /^(?:\{bcrypt\}|bcrypt\$)?(?<text>\$2[aby]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53})$/,
    read: ({ text = '', cost }) => ({ algorithm: 'bcrypt', cost: Number(cost), text }),
  },
  {
    // Spring writes {argon2} before it, Django argon2. A key or data besides would be needed to verify it, and isn't there.
    pattern:
      /^(?:\{argon2(?:@\w+)?\}|argon2)?(?<text>\$argon2(?:id|i|d)(?:\$v=(?:16|19))?\$(?<parameters>[mtp]=\d+,[mtp]=\d+,[mtp]=\d+)\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+))$/,
    read: readArgon2,
  },
  {
    // The PHC string format, as Go's hashers write it, and passlib's, which names neither parameter nor SHA-1.
    pattern:
      /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$(?:i=)?(?<iterations>\d{1,9})(?:,l=\d+)?\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/,
    read: ({ digest, iterations, salt, hash }) =>
      pbkdf2(digest ?? 'sha1', iterations, readBase64(salt ?? ''), readBase64(hash ?? '')),
  },
  {
    // Django's salt is text.
    pattern: /^pbkdf2_(?<digest>sha1|sha256)\$(?<iterations>\d{1,9})\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/,
    read: ({ digest, iterations, salt, hash }) =>
      pbkdf2(digest, iterations, Buffer.from(salt ?? ''), readBase64(hash ?? '')),
  },
  {
    // Werkzeug's (Flask) salt is text, and its hash hexadecimal.
    pattern: /^pbkdf2:(?<digest>sha1|sha256|sha512):(?<iterations>\d{1,9})\$(?<salt>[^$]+)\$(?<hash>(?:[0-9a-f]{2})+)$/,
    read: ({ digest, iterations, salt, hash }) =>
      pbkdf2(digest, iterations, Buffer.from(salt ?? ''), Buffer.from(hash ?? '', 'hex')),
  },
  {
    pattern: /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,4}),p=(?<p>\d{1,4})\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/,
    read: ({ ln, r, p, salt, hash }) => scrypt(Number(ln), r, p, readBase64(salt ?? ''), readBase64(hash ?? '')),
  },
  {
    pattern: /^scrypt\$(?<n>\d{1,9})\$(?<salt>[^$]+)\$(?<r>\d{1,4})\$(?<p>\d{1,4})\$(?<hash>[^$]+)$/,
    read: ({ n, r, p, salt, hash }) =>
      scrypt(Math.log2(Number(n)), r, p, Buffer.from(salt ?? ''), readBase64(hash ?? '')),
  },
  {
    pattern: /^scrypt:(?<n>\d{1,9}):(?<r>\d{1,4}):(?<p>\d{1,4})\$(?<salt>[^$]+)\$(?<hash>(?:[0-9a-f]{2})+)$/,
    read: ({ n, r, p, salt, hash }) =>
      scrypt(Math.log2(Number(n)), r, p, Buffer.from(salt ?? ''), Buffer.from(hash ?? '', 'hex')),
  },
  {
    // Our own.
    pattern: /^\$firebase-scrypt\$k=(?<keyId>\w+)\$(?<salt>[^$]*)\$(?<hash>[^$]+)$/,
    read({ keyId = '', salt = '', hash = '' }) {
      const [saltBytes, hashBytes] = [readBase64(salt), readBase64(hash)]
      return saltBytes && hashBytes && { algorithm: 'firebase-scrypt', keyId, salt: saltBytes, hash: hashBytes }
    },
  },
]

/** Longer than any hash that is within `slowHashFault`'s bounds. */
const LONGEST = 1000

/** Null for what is of no notation that is known; whether it can be borne, `slowHashFault` says. */
export function readSlowHash(text: string): SlowHash | null {
  if (text.length > LONGEST) return null
  for (const { pattern, read } of notations) {
    const match = pattern.exec(text)
    if (match) return read(match.groups ?? {})
  }
  return null
}

function readArgon2({ text = '', parameters = '', salt = '', hash = '' }: Groups): SlowHash | null {
  const values = new Map(parameters.split(',').map((parameter) => [parameter.charAt(0), Number(parameter.slice(2))]))
  const [memoryKib, passes, lanes] = [values.get('m'), values.get('t'), values.get('p')]
  const [saltBytes, hashBytes] = [readBase64(salt), readBase64(hash)]
  if (memoryKib === undefined || passes === undefined || lanes === undefined) return null
  return (
    saltBytes && hashBytes && { algorithm: 'argon2', memoryKib, passes, lanes, salt: saltBytes, hash: hashBytes, text }
  )
}

function pbkdf2(
  name: string | undefined,
  iterations: string | undefined,
  salt: Buffer | null,
  hash: Buffer | null,
): SlowHash | null {
  const digest = pbkdf2Digests.find((known) => known === name)
  if (!digest || !salt || !hash) return null
  return { algorithm: 'pbkdf2', digest, iterations: Number(iterations), salt, hash }
}

function scrypt(
  ln: number,
  r: string | undefined,
  p: string | undefined,
  salt: Buffer | null,
  hash: Buffer | null,
): SlowHash | null {
  return salt && hash && { algorithm: 'scrypt', ln, r: Number(r), p: Number(p), salt, hash }
}
