/** The time, as an argument: expiry, rotation and throttles are tested without waiting. */

export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

/** Whole seconds since 1970, as JWTs and oidc-provider count. */
export function epochSeconds(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000)
}

export function secondsFrom(clock: Clock, seconds: number): Date {
  return new Date(clock.now().getTime() + seconds * 1000)
}

export const minute = 60
export const hour = 60 * minute
export const day = 24 * hour
