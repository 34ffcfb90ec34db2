/** What a grant remembers of its client: the same name, addresses and keys, or the person is asked again. */
import { hash } from 'node:crypto'
import type { Client } from './client.ts'

/** SHA-256 (32 bytes). Order in `redirectUris` and of the members in `jwks` doesn't count; anything else does. */
export function clientFingerprint(
  client: Pick<Client, 'name' | 'redirectUris' | 'jwks' | 'jwksUri'>,
): Buffer<ArrayBuffer> {
  const known = [client.name, [...client.redirectUris].toSorted(), canonical(client.jwks), client.jwksUri]
  return Buffer.from(hash('sha256', JSON.stringify(known), 'buffer'))
}

/** Postgres keeps the members of a jsonb object in an order of its own, so they are sorted here. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]))
}
