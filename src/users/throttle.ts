/** How often things may be tried: one GCRA cell in Postgres for each thing that is counted, so that all nodes count together. */
import { networkOf, siteOf } from '../http/address.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { chargeCells, findArrival, refundCells, type CellCharge } from './store.ts'

/** So many at once, then one each so many seconds. */
const rules = {
  // A whole office behind one address; a guesser gets 600 tries an hour for all accounts together.
  sign_in_network: { burst: 100, everySeconds: 6 },
  // Ten times that for all IPv6 networks of one site, which may be many people's phones or 65,536 networks of one guesser.
  sign_in_site: { burst: 1000, everySeconds: 0.6 },
  // From browsers that are new to the account. NIST SP 800-63B-4, 3.2.2 wants guesses bounded per account.
  sign_in_account: { burst: 10, everySeconds: 360 },
  sign_in_device: { burst: 10, everySeconds: 360 },
  // Mail that anybody can have sent: to one address few, so that nobody is flooded.
  mail_network: { burst: 30, everySeconds: 60 },
  mail_site: { burst: 300, everySeconds: 6 },
  mail_address: { burst: 4, everySeconds: 900 },
  // Whoever administers an organization writes its name, and must not have it mailed to the whole world.
  mail_organization: { burst: 100, everySeconds: 60 },
  // What somebody has a webhook send by hand goes to a host that they name, and is tried again for days if it fails.
  webhook_request: { burst: 30, everySeconds: 10 },
  // Each press hashes a password: whoever has one link must not keep the server busy with it.
  link: { burst: 10, everySeconds: 60 },
  // Requests to authorize that wait for a person, 15 KB each: those that are finished are given back, so that these are the
  // ones that are left lying. A whole office may begin at nine.
  waiting_network: { burst: 500, everySeconds: 6 },
  waiting_site: { burst: 5000, everySeconds: 0.6 },
  reset_noted: { burst: 1, everySeconds: 3600 },
} as const satisfies Record<string, { burst: number; everySeconds: number }>

export interface Cell {
  rule: keyof typeof rules
  /** Whom or what it counts: a network, an address of mail, a device and its person, a link. */
  subject: string
}

/** What an attempt from this address is counted by. A network that is used up takes nothing from its site's share. */
export function networkCells(act: 'sign_in' | 'mail' | 'waiting', address: string): [Cell, ...Cell[]] {
  const network: Cell = { rule: `${act}_network`, subject: networkOf(address) }
  const site = siteOf(address)
  return site === null ? [network] : [network, { rule: `${act}_site`, subject: site }]
}

export type Attempt = { allowed: true } | { allowed: false; retryAfterSeconds: number }

interface ThrottleServices {
  secrets: Secrets
  clock: Clock
}

/**
 * Charges the cells in their order; the first that is used up refuses, and those behind it aren't charged. A refused
 * attempt adds nothing to the cell that refused it, so trying on doesn't make the wait longer.
 */
export async function attempt(
  db: Db | Tx,
  services: ThrottleServices,
  cells: readonly [Cell, ...Cell[]],
): Promise<Attempt> {
  const now = services.clock.now()
  const charges = cells.map((cell) => chargeOf(services.secrets, cell))
  const refused = charges[await chargeCells(db, charges, now)]
  if (!refused) return { allowed: true }
  const arrival = (await findArrival(db, refused.key)) ?? now
  const waitMs = arrival.getTime() + refused.stepMs - refused.limitMs - now.getTime()
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
}

/** Gives an attempt's own charges back, and none that others made. */
export async function giveBack(db: Db | Tx, services: ThrottleServices, cells: readonly Cell[]): Promise<void> {
  await refundCells(
    db,
    cells.map((cell) => chargeOf(services.secrets, cell)),
  )
}

/** Addresses and networks rest as HMACs only: the table tells nobody who has tried. */
export function chargeOf(secrets: Secrets, { rule, subject }: Cell): CellCharge {
  const { burst, everySeconds } = rules[rule]
  const stepMs = everySeconds * 1000
  return { key: secrets.digest('throttle', JSON.stringify([rule, subject])), stepMs, limitMs: burst * stepMs }
}
