/** Sealing: AES-256-GCM that ties a value to its table, column and row, with the key's id beside it. */
import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'

/** Where a sealed value rests. It opens there only, so that nobody who can write rows gains by swapping ciphertexts. */
export interface SealBinding {
  readonly table: string
  readonly column: string
  readonly row: string
}

export interface SealingKey {
  /** Eight bytes that name the key and tell nothing about it. */
  readonly id: Buffer<ArrayBuffer>
  readonly key: KeyObject
}

const FORMAT = 1
export const KEY_ID_BYTES = 8
/** 96 bits is what GCM is made for; drawn at random, it is safe for 2^32 values under one key (NIST SP 800-38D, 8.3). */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + KEY_ID_BYTES
const OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES

/** The result holds, in this order, the format byte, the key's id, the nonce, the tag and the ciphertext. */
export function sealWith(key: SealingKey, plaintext: Uint8Array | string, binding: SealBinding): Buffer<ArrayBuffer> {
  const header = Buffer.concat([Buffer.of(FORMAT), key.id])
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(header, binding))
  const input = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext
  const ciphertext = Buffer.concat([cipher.update(input), cipher.final()])
  return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext])
}

/** Throws when the value was altered, comes from another place than `binding`, or needs a key that isn't among `keys`. */
export function openWith(keys: readonly SealingKey[], sealed: Uint8Array, binding: SealBinding): Buffer<ArrayBuffer> {
  const place = `${binding.table}.${binding.column}`
  const id = sealedKeyId(sealed)
  const found = keys.find((candidate) => candidate.id.equals(id))
  if (found === undefined) {
    throw new Error(`a value in ${place} is sealed under secret key ${id.toString('hex')}, which is not configured`)
  }
  const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', found.key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(sealed.subarray(0, HEADER_BYTES), binding))
  decipher.setAuthTag(sealed.subarray(HEADER_BYTES + NONCE_BYTES, OVERHEAD_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(OVERHEAD_BYTES)), decipher.final()])
  } catch (cause) {
    throw new Error(`a sealed value in ${place} was altered or belongs to another row`, { cause })
  }
}

/** Throws when the bytes aren't a sealed value of a known format. */
export function sealedKeyId(sealed: Uint8Array): Buffer<ArrayBuffer> {
  if (sealed.length < OVERHEAD_BYTES || sealed[0] !== FORMAT) throw new Error('not a sealed value')
  return Buffer.from(sealed.subarray(1, HEADER_BYTES))
}

/** JSON keeps the parts apart: ('ab', 'c') and ('a', 'bc') can't give the same bytes. */
function associatedData(header: Uint8Array, { table, column, row }: SealBinding): Buffer {
  return Buffer.from(JSON.stringify([Buffer.from(header).toString('hex'), table, column, row]), 'utf8')
}
