/** What the API answers, as pages read it. */
import type { showKey } from '../../api-keys/show.ts'

export interface Listed<T> {
  data: T[]
  next_cursor: string | null
}

export type KeyOut = ReturnType<typeof showKey>
export type KeyWithSecretOut = KeyOut & { secret: string | null }
export type KeyStatus = ReturnType<typeof showKey>['status']

/** A time of the wire. */
export function at(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}
