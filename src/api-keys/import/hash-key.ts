/** Secrets of other systems that their HMACs were made with: each is kept once, sealed, and shown to nobody again. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'

const MOST_BYTES = 1024
/** Of one request, and of all that are kept: each costs every look-up of a foreign key a digest more. */
export const MOST_IN_A_REQUEST = 8
export const MOST_HASH_KEYS = 16

const decoders = {
  text: (key: string) => Buffer.from(key, 'utf8'),
  hex: (key: string) => (/^(?:[\da-f]{2})+$/i.test(key) ? Buffer.from(key, 'hex') : null),
  base64: (key: string) => (/^[\w+/-]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : null),
} as const satisfies Record<string, (key: string) => Buffer | null>

type Encoding = keyof typeof decoders

/** `keygrant export --keys` begins with lines of these. */
export const hashKeyLine = z
  .strictObject({
    kind: z.literal('hash_key').optional(),
    algorithm: z.literal('hmac-sha256', { error: 'must be hmac-sha256' }),
    encoding: z.enum(Object.keys(decoders) as [Encoding, ...Encoding[]], { error: 'must be text, hex or base64' }),
    key: z.string().min(1, { error: 'must not be empty' }),
  })
  .transform(({ encoding, key }, context): Buffer => {
    const bytes = decoders[encoding](key)
    if (bytes && bytes.length > 0 && bytes.length <= MOST_BYTES) return bytes
    const message = bytes ? `must be 1 to ${MOST_BYTES} bytes long` : `is not ${encoding}`
    context.addIssue({ code: 'custom', path: ['key'], message })
    return z.NEVER
  })

export interface RestingHashKey {
  id: string
  algorithm: string
  digest: Uint8Array<ArrayBuffer>
  keySealed: Uint8Array<ArrayBuffer>
  createdAt: Date
}

/** By which it is known that the same one is there already. */
export function hashKeyDigests(secrets: Pick<Secrets, 'digests'>, key: Buffer): Buffer<ArrayBuffer>[] {
  return secrets.digests('hash_key', `hmac-sha256 ${key.toString('base64')}`)
}

export function restingHashKey(secrets: Pick<Secrets, 'digest' | 'seal'>, key: Buffer, clock: Clock): RestingHashKey {
  const id = newId('hsh', clock)
  return {
    id,
    algorithm: 'hmac-sha256',
    digest: secrets.digest('hash_key', `hmac-sha256 ${key.toString('base64')}`),
    keySealed: secrets.seal(key, placeOf(id)),
    createdAt: clock.now(),
  }
}

/** @throws {Error} where the secret key is gone that it was sealed under */
export function openHashKey(
  secrets: Pick<Secrets, 'open'>,
  { id, keySealed }: Pick<RestingHashKey, 'id' | 'keySealed'>,
): Buffer {
  return secrets.open(keySealed, placeOf(id))
}

const placeOf = (id: string) => ({ table: 'hash_keys', column: 'key_sealed', row: id })
