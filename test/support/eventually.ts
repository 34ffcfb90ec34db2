/** Waits for what is bound to happen, however busy the machine is; only what never happens fails. */
import { vi } from 'vitest'

export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 })
