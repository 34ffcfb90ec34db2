/**
 * Failed attempts are throttled by address, apart from every limit: a network that tries unknown credentials may cause a
 * bounded number of look-ups. It holds up no known credential, since those are answered from memory.
 */
import { networkOf } from '../http/address.ts'
import { createGenerations } from './generations.ts'

interface Pace {
  /** So many at once, */
  burst: number
  /** and then so many each second. */
  perSecond: number
}

/** A gateway that hides its callers' addresses is one network. */
const lookUps: Pace = { burst: 1_000, perSecond: 100 }
/** Of hashes that keep a core busy for long. */
export const slowHashes: Pace = { burst: 32, perSecond: 4 }

/** However long a flood lasted: who shares its network, behind a gateway say, waits a second after it and not for hours. */
const LONGEST_WAIT_MS = 1_000
/** Networks that are remembered; the table of a flood from everywhere stays small. */
const NETWORKS = 20_000

export interface Failures {
  /** Whole seconds until this network may try again; 0: now. */
  wait(address: string): number
  /** A look-up for this network was in vain. */
  count(address: string): void
}

/** @param now milliseconds that never go back */
export function createFailures(now: () => number, { burst, perSecond }: Pace = lookUps): Failures {
  const stepMs = 1_000 / perSecond
  /** When each network's attempts would be forgotten whole (GCRA's theoretical arrival time). */
  const arrivals = createGenerations<number>(NETWORKS)
  return {
    wait(address) {
      const arrival = arrivals.get(networkOf(address)) ?? 0
      const waitMs = arrival - now() - (burst - 1) * stepMs
      return waitMs <= 0 ? 0 : Math.ceil(waitMs / 1_000)
    },
    count(address) {
      const network = networkOf(address)
      const arrival = Math.max(arrivals.get(network) ?? 0, now()) + stepMs
      arrivals.set(network, Math.min(arrival, now() + LONGEST_WAIT_MS + (burst - 1) * stepMs))
    },
  }
}
