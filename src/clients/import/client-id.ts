/** Which client_ids may be brought along: those that RFC 6749 knows, and that nobody takes for something else here. */
import { z } from 'zod'

/** What every id of ours looks like: a token's `sub` may be a client's, and must never be a person's. */
const ours = /^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/

export function looksLikeOurs(clientId: string): boolean {
  return ours.test(clientId)
}

/** RFC 6749, A.1, in a length that the rest of the program reckons with. */
export const importedClientId = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^[\x20-\x7e]*$/, { error: 'must be visible ASCII and spaces (RFC 6749, A.1)' })
  .refine((id) => id === id.trim(), { error: 'must not begin or end with a space, which forms and files lose' })
  .refine((id) => !/%[\da-f]{2}/i.test(id), {
    error:
      'must not have a percent sign before two hexadecimal digits: gateways would take it for another one, encoded',
  })
  .refine((id) => id !== '.' && id !== '..', { error: 'must not be a path of its own' })
