/** Links that are mailed (or printed at the first start): each allows one thing, once, for a while. */
import { day, hour, minute, secondsFrom, type Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { randomSecret } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import { consumeLinkRow, findLinkByDigests, insertLink, type LinkRow } from './store.ts'

export type LinkPurpose = LinkRow['purpose']
export type Link = LinkRow

export const linkLifetimes = {
  sign_up: 1 * hour,
  invitation: 7 * day,
  reset: 30 * minute,
  first_administrator: 15 * minute,
  prove_email: 1 * hour,
  change_email: 1 * hour,
} as const satisfies Record<LinkPurpose, number>

export interface LinkServices {
  secrets: Secrets
  clock: Clock
}

export interface NewLink {
  purpose: LinkPurpose
  email: string
  userId?: string
  organizationId?: string | null
  role?: LinkRow['role']
  administrator?: boolean
  returnTo?: string | null
}

/** 256 random bits, of which only the keyed digest is kept. */
export async function issueLink(
  db: Db | Tx,
  { secrets, clock }: LinkServices,
  link: NewLink,
): Promise<{ id: string; token: string; createdAt: Date; expiresAt: Date }> {
  const token = randomSecret()
  const id = newId('lnk', clock)
  const createdAt = clock.now()
  const expiresAt = secondsFrom({ now: () => createdAt }, linkLifetimes[link.purpose])
  await insertLink(db, {
    userId: null,
    organizationId: null,
    role: null,
    administrator: false,
    returnTo: null,
    ...link,
    id,
    digest: secrets.digest('link', token),
    createdAt,
    expiresAt,
  })
  return { id, token, createdAt, expiresAt }
}

export type FoundLink = { state: 'live' | 'dead'; link: Link } | { state: 'unknown' }

/** Looks only: scanners open links before people do. */
export async function findLink(db: Db | Tx, { secrets, clock }: LinkServices, token: string): Promise<FoundLink> {
  const link = await findLinkByDigests(db, secrets.digests('link', token))
  if (!link) return { state: 'unknown' }
  return { state: link.consumedAt === null && link.expiresAt > clock.now() ? 'live' : 'dead', link }
}

/** True for one caller only. Belongs into the transaction of what the link allows, so that both happen or neither. */
export async function consumeLink(tx: Tx, link: Link, clock: Clock): Promise<boolean> {
  return consumeLinkRow(tx, link.id, clock.now())
}

export function linkUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/links/${token}`
}
