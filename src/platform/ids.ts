/** Public identifiers: TypeIDs, a prefix that says what is named and a UUIDv7, so that ids sort by the time they were made. */
import { randomBytes } from 'node:crypto'
import { TypeID } from 'typeid-js'
import { systemClock, type Clock } from './clock.ts'

export const idPrefixes = {
  usr: 'user',
  org: 'organization',
  mem: 'membership',
  inv: 'invitation',
  svc: 'service account',
  cli: 'client',
  res: 'resource',
  key: 'API key',
  sec: 'secret',
  hsh: 'hash key',
  grt: 'grant',
  fam: 'token family',
  ses: 'session',
  sgk: 'signing key',
  lnk: 'mailed link',
  whk: 'webhook endpoint',
  dlv: 'webhook delivery',
  att: 'attempt of a webhook delivery',
  evt: 'webhook event',
  aud: 'audit event',
  lek: 'leak report',
} as const satisfies Record<string, string>

export type IdPrefix = keyof typeof idPrefixes

declare const brand: unique symbol
/** `Id<'usr'>` is a string that only `newId` and `isId` make, so that a session's id never stands where a user's is meant. */
export type Id<Prefix extends IdPrefix> = `${Prefix}_${string}` & { readonly [brand]: Prefix }

/** 130 bits in 26 letters of Crockford's base32; a UUID has 128, hence the first one stays below 8. */
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

export function newId<Prefix extends IdPrefix>(prefix: Prefix, clock: Clock = systemClock): Id<Prefix> {
  const id: string = TypeID.fromUUIDBytes(prefix, uuidV7(clock.now().getTime())).toString()
  return id as Id<Prefix>
}

export function isId<Prefix extends IdPrefix>(prefix: Prefix, value: string): value is Id<Prefix> {
  return value.startsWith(`${prefix}_`) && SUFFIX.test(value.slice(prefix.length + 1))
}

/** RFC 9562, 5.7: 48 bits of milliseconds, then 74 random bits around version and variant. */
function uuidV7(milliseconds: number): Uint8Array {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(milliseconds, 0, 6)
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f)
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f)
  return bytes
}
