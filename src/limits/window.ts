/** The seconds that a limit is for, as answers tell them. */
import { refillUnits, sizeUnits, untilRefilled } from './counter.ts'
import type { Burst } from './limits.ts'

export const HOUR_SECONDS = 3600

/** Until an empty bucket is full. */
export const windowSeconds = (burst: Burst): number =>
  Math.max(1, Math.ceil(untilRefilled(sizeUnits(burst), refillUnits(burst)) / 1000))
