/** A key as an import would make it. */
import type { Place } from './place.ts'
import type { ImportRow } from './row.ts'

/** `id` null: a service account of that name that has to be made first. */
export type PlannedOwner =
  { kind: 'user' | 'service_account'; id: string } | { kind: 'service_account'; id: null; name: string }

export interface PlannedKey {
  row: ImportRow
  place: Place
  owner: PlannedOwner
}
