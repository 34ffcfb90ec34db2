/**
 * The first administrator: from the configuration, or whoever opens the link that the first start prints. Both act only
 * while there has never been one; somebody who took the role away from the bootstrap account doesn't get it back by a restart.
 */
import { systemContext, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { createUser } from './create-user.ts'
import { replaceCredentials } from './claim-account.ts'
import { passwordFaults, personFaults, type LinkAnswer, type LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkUrl, type Link } from './links.ts'
import { grantAdministration } from './make-administrator.ts'
import type { UserServices } from './services.ts'
import { findUserByEmail, hasLiveLink, lockFirstAdministrator } from './store.ts'
import type { User } from './user.ts'

/** Whom the link is for where the configuration names nobody. */
const namelessAdministrator = 'admin@localhost'

export type FirstAdministrator =
  /** There is one, or another node has printed a link that still works. */
  | { outcome: 'nothing_to_do' }
  | { outcome: 'created'; email: string }
  | { outcome: 'link'; signInLink: string; email: string; expiresAt: Date }
  /** BOOTSTRAP_ADMIN_PASSWORD isn't one that we take. */
  | { outcome: 'weak_password' }

/** Runs at every start, on every node, after the installation has its row. */
export async function ensureFirstAdministrator(
  services: UserServices,
  bootstrap: { adminEmail: string | null; adminPassword: string | null },
): Promise<FirstAdministrator> {
  const { db, clock, publicUrl } = services
  const context = systemContext(clock)
  const email = bootstrap.adminEmail ?? namelessAdministrator
  const password = bootstrap.adminEmail === null ? null : bootstrap.adminPassword

  const before = await db.$transaction(lockFirstAdministrator)
  if (before.everExisted) return { outcome: 'nothing_to_do' }
  if (password !== null && passwordFaults(services, { email, name: null }, password).length > 0)
    return { outcome: 'weak_password' }
  const passwordHash = password === null ? null : await services.passwords.hash(password)

  return db.$transaction(async (tx) => {
    const { everExisted } = await lockFirstAdministrator(tx)
    if (everExisted) return { outcome: 'nothing_to_do' }
    if (passwordHash !== null) {
      await becomeAdministrator(tx, services, { email, name: null, passwordHash, locale: null }, context)
      return { outcome: 'created', email }
    }
    if (await hasLiveLink(tx, 'first_administrator', clock.now())) return { outcome: 'nothing_to_do' }
    const { token, expiresAt } = await issueLink(tx, services, {
      purpose: 'first_administrator',
      email,
      administrator: true,
    })
    return { outcome: 'link', signInLink: linkUrl(publicUrl, token), email, expiresAt }
  })
}

export async function completeFirstAdministrator(
  services: UserServices,
  link: Link,
  { name, password, locale }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const faults = personFaults(services, { email: link.email, name }, password)
  if (faults.length > 0) return { outcome: 'faults', faults }
  const passwordHash = await services.passwords.hash(password)
  return services.db.$transaction(async (tx) => {
    const { everExisted } = await lockFirstAdministrator(tx)
    if (everExisted || !(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
    const user = await becomeAdministrator(tx, services, { email: link.email, name, passwordHash, locale }, context)
    return { outcome: 'done', userId: user.id, enter: true }
  })
}

/** Whoever runs the server vouches for the address, so it counts as proven, and an account that has it is theirs. */
async function becomeAdministrator(
  tx: Tx,
  services: Pick<UserServices, 'organizations' | 'endAccess'>,
  person: { email: string; name: string | null; passwordHash: string; locale: string | null },
  context: AuditContext,
): Promise<User> {
  const by = 'first_administrator'
  const created = await createUser(tx, services, { ...person, emailVerified: true, administrator: false, by }, context)
  const user = created ?? (await findUserByEmail(tx, person.email))
  if (!user) throw new Error('the account that stood in the way is gone')
  if (!created) await replaceCredentials(tx, services, user, { passwordHash: person.passwordHash, by }, context)
  await grantAdministration(tx, user, by, context)
  return user
}
