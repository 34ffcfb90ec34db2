/** How keys of other systems are looked for: by what may rest of them here, and by what they begin with. */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { Secrets } from '../../platform/secrets.ts'
import { openHashKey, type RestingHashKey } from './hash-key.ts'
import { hashDigests, type ImportedSecret } from './hash.ts'
import { parseApiKey } from '../format.ts'
import type { FormatRow } from './store.ts'

export interface Formats {
  /** False: none were ever imported, and what isn't of our own format is nothing. */
  readonly any: boolean
  readonly sha256: boolean
  readonly hashKeys: readonly KeyObject[]
  /** How many characters of a key to look for, longest first. */
  readonly prefixLengths: readonly number[]
}

/** Each costs every look-up of a foreign key another question. */
export const MOST_PREFIX_LENGTHS = 8

/** @throws {Error} where the secret key is gone that a hash key was sealed under */
export function formatsOf(
  rows: readonly FormatRow[],
  hashKeys: readonly RestingHashKey[],
  secrets: Pick<Secrets, 'open'>,
): Formats {
  const byId = new Map(hashKeys.map((key) => [key.id, key]))
  return {
    any: rows.length > 0,
    sha256: rows.some(({ kind }) => kind === 'sha256'),
    hashKeys: rows.flatMap(({ hashKeyId }) => {
      const resting = hashKeyId === null ? undefined : byId.get(hashKeyId)
      return resting ? [createSecretKey(openHashKey(secrets, resting))] : []
    }),
    prefixLengths: rows.flatMap(({ prefixLength }) => prefixLength ?? []).toSorted((a, b) => b - a),
  }
}

/** What one imported key must be looked for by. @param hashKeyIds those that an HMAC may have been made with */
export function formatsFor(secret: ImportedSecret, hashKeyIds: readonly string[]): FormatRow[] {
  const format = (kind: string, more: Partial<FormatRow> = {}): FormatRow => {
    const { prefixLength = null, hashKeyId = null } = more
    return {
      id: [kind, prefixLength, hashKeyId].filter((part) => part !== null).join(' '),
      kind,
      prefixLength,
      hashKeyId,
    }
  }
  if (secret.as === 'plain') return parseApiKey(secret.key) ? [] : [format('plain')]
  if (secret.as === 'sha256') return [format('sha256')]
  if (secret.as === 'hmac-sha256') return hashKeyIds.map((hashKeyId) => format('hmac-sha256', { hashKeyId }))
  return [format('prefix', { prefixLength: secret.lookupPrefix.length })]
}

/** Of whatever may rest of a key: its own first, since that is what a slow one becomes. */
export function foreignDigests(
  { sha256, hashKeys }: Pick<Formats, 'sha256' | 'hashKeys'>,
  secrets: Pick<Secrets, 'digests'>,
  text: string,
): Buffer<ArrayBuffer>[] {
  return [
    ...secrets.digests('api_key', text),
    ...(sha256 ? hashDigests(secrets, 'sha256', hash('sha256', text)) : []),
    ...hashKeys.flatMap((key) =>
      hashDigests(secrets, 'hmac-sha256', createHmac('sha256', key).update(text, 'utf8').digest('hex')),
    ),
  ]
}
