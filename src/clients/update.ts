/** Makes a client's registration another one. */
import { isDeepStrictEqual } from 'node:util'
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { Client } from './client.ts'
import type { Registration } from './metadata-rules.ts'
import { updateRegistration } from './store.ts'

/** Of a client that is locked. Nothing is written, told or noted where nothing differs. @returns the changed fields, in wire names */
export async function updateClient(
  tx: Tx,
  current: Client,
  registration: Registration,
  context: AuditContext,
): Promise<string[]> {
  const { id, origin, createdAt } = current
  const wanted = { ...registration, name: registration.name ?? id }
  const fields = Object.keys(wanted) as (keyof typeof wanted)[]
  const changed = fields.filter((field) => !isDeepStrictEqual(current[field], wanted[field])).map(wireName)
  if (changed.length === 0) return []
  await updateRegistration(tx, { ...wanted, id, origin, createdAt })
  const { organizationId } = wanted
  await record(tx, { type: 'client.updated', id, organizationId, data: { changed } }, context)
  await notify(tx, { kind: 'client', id })
  return changed
}

/** `redirectUris` is `redirect_uris` to everybody outside. */
export function wireName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
