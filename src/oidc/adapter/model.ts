/** What oidc-provider asks of a model's storage. Ids are the secrets themselves; payloads come and go in its own shape. */
import type { AdapterPayload } from 'oidc-provider'
import type { Unit } from '../unit/unit.ts'

export interface Model {
  find?(unit: Unit, id: string): Promise<AdapterPayload | undefined>
  findByUid?(unit: Unit, uid: string): Promise<AdapterPayload | undefined>
  upsert?(unit: Unit, id: string, payload: StoredPayload): void
  consume?(unit: Unit, id: string): void
  destroy?(unit: Unit, id: string): void
  revokeByGrantId?(unit: Unit, grantId: string): void
}

/** A payload that is to be stored: the provider has always set its times. */
export type StoredPayload = AdapterPayload & { iat: number; exp: number }

/** What a kind of model can't lack. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`oidc-provider gave no ${what}`)
  return value
}

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)
export const dateOf = (epoch: number): Date => new Date(epoch * 1000)

/** What remains of a payload for the `payload` column once its own columns have been taken out. */
export function rest(payload: AdapterPayload, columns: readonly string[]): Record<string, unknown> {
  const left: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(payload)) {
    if (value !== undefined && !columns.includes(name)) left[name] = value
  }
  return left
}

/** oidc-provider has one resource as a string and several as a list; the column is a list. */
export function resourceList(resource: unknown): string[] {
  if (resource === undefined || resource === null) return []
  return Array.isArray(resource) ? (resource as string[]) : [resource as string]
}
export function resourceValue(list: readonly string[]): string | string[] | undefined {
  return list.length > 1 ? [...list] : list[0]
}
