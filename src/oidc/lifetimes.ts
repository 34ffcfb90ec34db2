/** How long everything lives, in seconds. The documents state these; here they are. */
import { day, hour, minute } from '../platform/clock.ts'

export const lifetimes = {
  authorizationCode: minute,
  accessToken: 15 * minute,
  idToken: hour,
  /** Each rotation gives a new one this long … */
  refreshTokenSliding: 30 * day,
  /** … but never past this since the first of the line. */
  refreshTokenTotal: 90 * day,
  /** A retried refresh gets the same successor for this long. */
  refreshGrace: 30,
  /** A line is replaced so many times at once, and then once in this time on the average. */
  refreshRotations: 1000,
  refreshRotationEvery: 5 * minute,
  interaction: hour,
  session: 14 * day,
  /** A session's end is moved on when this much of its life has passed, so that it is not written at every request. */
  sessionSlide: day,
  /** A family lives past its tokens by this much, so that its end moves once in days and not at every token. */
  familyMargin: 7 * day,
} as const
