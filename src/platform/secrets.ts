/** What the configured secret keys protect: keyed digests of random secrets, derived secrets, sealed values and signed cookies. */
import { createHmac, createSecretKey, hash, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import { KEY_ID_BYTES, openWith, sealedKeyId, sealWith, type SealBinding, type SealingKey } from './sealing.ts'
import { deriveLabels, digestLabels, innerLabels, type DerivePurpose, type DigestPurpose } from './secret-purposes.ts'

/**
 * Which configured key made something: its place in the list, 0 being the newest.
 * It has a meaning within one process only; what is stored carries a key's id, since places change when keys rotate.
 */
export type Generation = number

export interface Secrets {
  /** HMAC-SHA-256 (32 bytes) of `value` under the purpose's own key; the newest unless said. */
  digest(purpose: DigestPurpose, value: string, generation?: Generation): Buffer<ArrayBuffer>
  /** The digest under each configured key, newest first, so that place and generation are the same. Look-ups ask for any of them. */
  digests(purpose: DigestPurpose, value: string): Buffer<ArrayBuffer>[]
  /**
   * What `digests` of API keys are made with, newest first, for whoever moves them to another server. HKDF gave them for
   * this purpose alone: nothing of another purpose, and not the configured key, can be made from them.
   */
  apiKeyDigestKeys(): Buffer[]
  /** Which generation made a stored digest of `value`; null when none of the configured keys did, or it is of another value. */
  generationOf(purpose: DigestPurpose, value: string, stored: Uint8Array): Generation | null
  /** A secret of 256 bits in base64url that only `value` and our key give: the same in each call and on each node. */
  derive(purpose: DerivePurpose, value: string, generation?: Generation): string
  /** Encrypts under the newest key, for one place only. */
  seal(plaintext: Uint8Array | string, binding: SealBinding): Buffer<ArrayBuffer>
  /** Throws when the value was altered, comes from another place than `binding`, or needs a key that is no longer configured. */
  open(sealed: Uint8Array, binding: SealBinding): Buffer<ArrayBuffer>
  /** Whether a sealed value is under another key than the newest one. */
  needsResealing(sealed: Uint8Array): boolean
  /** What the `cookies` package signs with: the newest key signs, all of them verify. */
  readonly cookieSigner: CookieSigner
}

/** As `cookies` calls it. Keygrip, which it comes with, makes an HMAC with a raw key three times for each cookie that it reads. */
export interface CookieSigner {
  sign(data: string): string
  verify(data: string, signature: string): boolean
  /** The place of the key that signed; -1 if none did. `cookies` signs anew what an older one did. */
  index(data: string, signature: string): number
}

interface KeyRing {
  readonly digest: Readonly<Record<DigestPurpose, KeyObject>>
  readonly derive: Readonly<Record<DerivePurpose, KeyObject>>
  readonly sealing: SealingKey
  readonly cookie: KeyObject
}

const KEY_BYTES = 32

/**
 * `secretKeys` are the configured keys, newest first, each at least 32 bytes long and drawn at random. Throws on an empty list, a short key, or a repeated one.
 *
 * To rotate on several nodes, append the new key on each of them first and only then move it to the front on each:
 * a node can't find what was made under a key that it doesn't have.
 */
export function createSecrets(secretKeys: readonly string[]): Secrets {
  if (new Set(secretKeys).size !== secretKeys.length) throw new Error('the same secret key is configured twice')
  const rings = secretKeys.map(createRing)
  const sealingKeys = rings.map((ring) => ring.sealing)
  const newest = ringOf(0)

  function ringOf(generation: Generation): KeyRing {
    const ring = rings[generation]
    if (ring === undefined) throw new RangeError(`no secret key of generation ${generation} is configured`)
    return ring
  }
  function digests(purpose: DigestPurpose, value: string): Buffer<ArrayBuffer>[] {
    return rings.map((ring) => hmac(ring.digest[purpose], value))
  }

  const signatureOf = (ring: KeyRing, data: string) => hmac(ring.cookie, data).toString('base64url')
  const signerOf = (data: string, signature: string) =>
    rings.findIndex((ring) => constantTimeEqual(signatureOf(ring, data), signature))

  return {
    digest: (purpose, value, generation = 0) => hmac(ringOf(generation).digest[purpose], value),
    digests,
    apiKeyDigestKeys: () => rings.map((ring) => ring.digest.api_key.export()),
    generationOf(purpose, value, stored) {
      const generation = digests(purpose, value).findIndex((candidate) => constantTimeEqual(candidate, stored))
      return generation === -1 ? null : generation
    },
    derive: (purpose, value, generation = 0) => hmac(ringOf(generation).derive[purpose], value).toString('base64url'),
    seal: (plaintext, binding) => sealWith(newest.sealing, plaintext, binding),
    open: (sealed, binding) => openWith(sealingKeys, sealed, binding),
    needsResealing: (sealed) => !sealedKeyId(sealed).equals(newest.sealing.id),
    cookieSigner: {
      sign: (data) => signatureOf(newest, data),
      verify: (data, signature) => signerOf(data, signature) !== -1,
      index: signerOf,
    },
  }
}

/** Compares without telling by its time where two values differ, or how long the expected one is. */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}

/**
 * HKDF-SHA-256 (RFC 5869) gives each purpose a key of its own, so that a digest made for one purpose is worth nothing in another.
 * They are made once and kept as KeyObjects: an HMAC with a raw key is six times slower on Node 24.
 */
function createRing(secretKey: string): KeyRing {
  const bytes = Buffer.from(secretKey, 'utf8')
  if (bytes.length < KEY_BYTES) throw new Error(`a secret key must be at least ${KEY_BYTES} bytes long`)
  const material = createSecretKey(bytes)
  const expand = (label: string, length: number) =>
    Buffer.from(hkdfSync('sha256', material, 'keygrant', `keygrant ${label}`, length))
  const keyFor = (label: string) => createSecretKey(expand(label, KEY_BYTES))
  return {
    digest: eachLabel(digestLabels, keyFor),
    derive: eachLabel(deriveLabels, keyFor),
    sealing: { id: expand(innerLabels.keyId, KEY_ID_BYTES), key: keyFor(innerLabels.seal) },
    cookie: keyFor(innerLabels.cookieSignature),
  }
}

function hmac(key: KeyObject, value: string): Buffer<ArrayBuffer> {
  return createHmac('sha256', key).update(value, 'utf8').digest()
}

function eachLabel<Purpose extends string>(
  labels: Readonly<Record<Purpose, string>>,
  keyFor: (label: string) => KeyObject,
): Record<Purpose, KeyObject> {
  const entries = Object.entries<string>(labels).map(([purpose, label]) => [purpose, keyFor(label)])
  return Object.fromEntries(entries) as Record<Purpose, KeyObject>
}
