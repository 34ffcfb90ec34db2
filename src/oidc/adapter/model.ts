/** What oidc-provider asks of a model's storage. Ids are the secrets themselves; payloads come and go in its own shape. */
import type { AdapterPayload } from 'oidc-provider'
import type { Unit } from '../unit/unit.ts'

export interface Model {
  find?(unit: Unit, id: string): Promise<AdapterPayload | undefined>
  findByUid?(unit: Unit, uid: string): Promise<AdapterPayload | undefined>
  upsert?(unit: Unit, id: string, payload: AdapterPayload, expiresIn: number): void
  consume?(unit: Unit, id: string): void
  destroy?(unit: Unit, id: string): void
  revokeByGrantId?(unit: Unit, grantId: string): void
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
export function resourceValue(list: readonly string[]): string | readonly string[] | undefined {
  return list.length > 1 ? list : list[0]
}
