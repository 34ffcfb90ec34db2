/** What a new key acts for: whoever asks, somebody whom they name, or the organization's own service account. */
import { administers, reaches } from '../http/api/principal.ts'
import { inputProblem } from '../http/api/input.ts'
import { Problem } from '../http/problem.ts'
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import type { KeyOwner } from './api-key.ts'
import { demandAdministrator, demandAsHigh, type Asker } from './asker.ts'
import type { KeyServices } from './services.ts'
import { findKeyOwner, findPersonalOrganizationId } from './store.ts'

/** Acts for the organization where nothing else was named: it stays when people leave. */
export const DEFAULT_SERVICE_ACCOUNT = 'default'

export interface NamedOwner {
  userId?: string | undefined
  serviceAccountId?: string | undefined
}

/**
 * Where a key belongs for which no organization was named: to the key's or the client's that asks; with a person's token,
 * to the person's own. Where an administrator has it act for somebody else: to the own one of that person.
 * @throws {Problem} 400 if there is none
 */
export async function homeOrganizationId(
  tx: Tx,
  { principal, reach }: Asker,
  { userId }: Pick<NamedOwner, 'userId'>,
): Promise<string> {
  if (reach === 'everything' && userId !== undefined && userId !== principal?.subject) {
    const theirs = await findPersonalOrganizationId(tx, userId)
    if (theirs !== null) return theirs
  }
  const isPersonsToken = principal?.kind === 'access_token' && principal.subjectKind === 'user'
  const id = isPersonsToken
    ? await findPersonalOrganizationId(tx, principal.subject)
    : (principal?.organizationId ?? null)
  if (principal && id !== null && reaches(principal, reach, id)) return id
  throw inputProblem({ path: '/organization_id', code: 'required', message: 'is required' })
}

/** @throws {Problem} for an owner that isn't there, that isn't for this caller to name, or that can't have keys now */
export async function ownerOfNewKey(
  tx: Tx,
  { organizations }: Pick<KeyServices, 'organizations'>,
  asker: Asker,
  organizationId: string,
  named: NamedOwner,
  context: AuditContext,
): Promise<KeyOwner> {
  if (named.userId !== undefined && named.serviceAccountId !== undefined) {
    const message = 'must not be given together with service_account_id: a key acts for one of them'
    throw inputProblem({ path: '/user_id', code: 'ambiguous', message })
  }
  const owner =
    (await namedOwner(tx, asker, organizationId, named)) ??
    (await askersOwn(tx, asker, organizationId)) ??
    (await defaultOwner(tx, organizations, organizationId, context))
  if (!owner.active) {
    const why = owner.kind === 'user' ? 'is disabled, or not a member of the organization' : 'is disabled'
    throw new Problem('forbidden', { detail: `${owner.id} ${why}: it can have no keys there.` })
  }
  demandAsHigh(
    asker,
    owner,
    `${owner.id} is an administrator of the platform: only such a one makes keys that act for it.`,
  )
  // Whoever signed up with somebody else's address must not get credentials for it.
  if (!owner.proven) {
    throw new Problem('forbidden', { detail: 'Prove the e-mail address first: until then there are no keys.' })
  }
  return owner
}

async function namedOwner(
  tx: Tx,
  asker: Asker,
  organizationId: string,
  { userId, serviceAccountId }: NamedOwner,
): Promise<KeyOwner | null> {
  const { principal, reach } = asker
  if (serviceAccountId !== undefined) {
    const owner = await findKeyOwner(tx, { kind: 'service_account', id: serviceAccountId }, organizationId)
    if (!owner)
      throw new Problem('not_found', { detail: `The organization has no service account ${serviceAccountId}.` })
    const isItself = principal?.subject === serviceAccountId
    if (principal && !isItself && !administers(principal, reach, organizationId)) {
      const detail = "Keys of service accounts are made by the organization's owners and admins."
      throw new Problem('forbidden', { detail })
    }
    return owner
  }
  if (userId === undefined) return null
  if (principal?.subject !== userId) demandAdministrator(asker, { user_id: userId })
  const owner = await findKeyOwner(tx, { kind: 'user', id: userId }, organizationId)
  if (!owner) throw new Problem('not_found', { detail: `There is no person ${userId}.` })
  return owner
}

/** Null where the asker is no part of the organization, and acts on it from outside. */
async function askersOwn(tx: Tx, { principal }: Asker, organizationId: string): Promise<KeyOwner | null> {
  if (!principal?.organizations.has(organizationId)) return null
  const { subjectKind: kind, subject: id } = principal
  return kind === 'user' || kind === 'service_account' ? findKeyOwner(tx, { kind, id }, organizationId) : null
}

async function defaultOwner(
  tx: Tx,
  organizations: KeyServices['organizations'],
  organizationId: string,
  context: AuditContext,
): Promise<KeyOwner> {
  const account = { organizationId, name: DEFAULT_SERVICE_ACCOUNT, administrator: false }
  const id = await organizations.ensureServiceAccount(tx, account, context)
  const owner = await findKeyOwner(tx, { kind: 'service_account', id }, organizationId)
  if (!owner) throw new Error('the service account that was just made is gone')
  return owner
}
