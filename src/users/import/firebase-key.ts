/** What a Firebase project hashes its passwords with. It is kept once, sealed, and shown to nobody but the host's own export. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { firebaseKeyFault } from '../../platform/slow-hash/bounds.ts'
import { readBase64, type FirebaseKey } from '../../platform/slow-hash/slow-hash.ts'

const ALGORITHM = 'firebase-scrypt'
const SIGNER_KEY_BYTES = { least: 16, most: 128 }
const MOST_SEPARATOR_BYTES = 64

const base64 = z
  .string()
  .max(400)
  .transform((text, context): Buffer => {
    const bytes = readBase64(text)
    if (bytes) return bytes
    context.addIssue({ code: 'custom', message: 'is not base64' })
    return z.NEVER
  })

/** In the names of the console's password hash parameters, so that they can be copied. */
export const firebaseKeySchema = z
  .strictObject({
    kind: z.literal('hash_key').optional(),
    algorithm: z.literal(ALGORITHM, { error: `must be ${ALGORITHM}` }),
    base64_signer_key: base64.refine(
      ({ length }) => length >= SIGNER_KEY_BYTES.least && length <= SIGNER_KEY_BYTES.most,
      { error: `must be ${SIGNER_KEY_BYTES.least} to ${SIGNER_KEY_BYTES.most} bytes long` },
    ),
    base64_salt_separator: base64
      .refine(({ length }) => length <= MOST_SEPARATOR_BYTES, {
        error: `must have at most ${MOST_SEPARATOR_BYTES} bytes`,
      })
      .default(Buffer.alloc(0)),
    rounds: z.int().min(1).max(1024),
    mem_cost: z.int().min(1).max(30),
  })
  .transform((given, context): FirebaseKey => {
    const key = {
      signerKey: given.base64_signer_key,
      saltSeparator: given.base64_salt_separator,
      rounds: given.rounds,
      memCost: given.mem_cost,
    }
    const fault = firebaseKeyFault(key)
    if (fault === null) return key
    context.addIssue({ code: 'custom', path: ['mem_cost'], message: fault })
    return z.NEVER
  })

/** As it came, and as it rests: one text for one key. */
export function firebaseKeyMembers({ signerKey, saltSeparator, rounds, memCost }: FirebaseKey) {
  return {
    algorithm: ALGORITHM,
    base64_signer_key: signerKey.toString('base64'),
    base64_salt_separator: saltSeparator.toString('base64'),
    rounds,
    mem_cost: memCost,
  } as const
}

const firebaseKeyText = (key: FirebaseKey) => JSON.stringify(firebaseKeyMembers(key))

export interface RestingHashKey {
  id: string
  algorithm: string
  digest: Uint8Array<ArrayBuffer>
  keySealed: Uint8Array<ArrayBuffer>
  createdAt: Date
}

const placeOf = (id: string) => ({ table: 'hash_keys', column: 'key_sealed', row: id })

/** By which it is known that the same one is there already, under each configured secret key. */
function firebaseKeyDigests(secrets: Pick<Secrets, 'digests'>, key: FirebaseKey): Buffer<ArrayBuffer>[] {
  return secrets.digests('hash_key', firebaseKeyText(key))
}

function restingFirebaseKey(secrets: Pick<Secrets, 'digest' | 'seal'>, key: FirebaseKey, clock: Clock): RestingHashKey {
  const id = newId('hsh', clock)
  const text = firebaseKeyText(key)
  return {
    id,
    algorithm: ALGORITHM,
    digest: secrets.digest('hash_key', text),
    keySealed: secrets.seal(text, placeOf(id)),
    createdAt: clock.now(),
  }
}

/** @throws {Error} where the secret key is gone that it was sealed under */
export function openFirebaseKey(
  secrets: Pick<Secrets, 'open'>,
  { id, keySealed }: Pick<RestingHashKey, 'id' | 'keySealed'>,
): FirebaseKey {
  return firebaseKeySchema.parse(JSON.parse(secrets.open(keySealed, placeOf(id)).toString()))
}

export interface UsedKeys {
  /** Those that aren't kept yet. */
  fresh: readonly RestingHashKey[]
  idOf(key: FirebaseKey): string
}

/** Of the keys that hashes need: what each is called here, and which are new. */
export function usedKeys(
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  needed: readonly FirebaseKey[],
  kept: readonly RestingHashKey[],
): UsedKeys {
  const known = new Map(kept.map(({ id, digest }) => [Buffer.from(digest).toString('hex'), id]))
  const ids = new Map<string, string>()
  const fresh: RestingHashKey[] = []
  for (const key of new Set(needed)) {
    const text = firebaseKeyText(key)
    if (ids.has(text)) continue
    const id = firebaseKeyDigests(secrets, key)
      .map((digest) => known.get(digest.toString('hex')))
      .find(Boolean)
    if (id === undefined) {
      const resting = restingFirebaseKey(secrets, key, clock)
      fresh.push(resting)
      ids.set(text, resting.id)
    } else {
      ids.set(text, id)
    }
  }
  return {
    fresh,
    idOf(key) {
      const id = ids.get(firebaseKeyText(key))
      if (id === undefined) throw new Error('the key of a Firebase project was not looked up')
      return id
    },
  }
}
