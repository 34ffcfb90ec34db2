/** What the API answers, as pages read it. */
import type { ApiKey } from '../../api-keys/api-key.ts'
import type { showKey } from '../../api-keys/show.ts'

export interface Listed<T> {
  data: T[]
  next_cursor: string | null
}

export type KeyOut = ReturnType<typeof showKey>
export type KeyWithSecretOut = KeyOut & { secret: string | null }
export type KeyStatus = ReturnType<typeof showKey>['status']
export type Environment = ApiKey['environment']

/** A time of the wire. */
export function at(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}
