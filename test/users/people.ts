/** People's services on a database of their own, with a clock that tests move and the mails that were posted. */
import { systemContext, type AuditContext } from '../../src/audit/record.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { joinOrganization } from '../../src/organizations/join.ts'
import { createPersonalOrganization } from '../../src/organizations/personal.ts'
import { openDatabase, type Db } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createUser } from '../../src/users/create-user.ts'
import { findLink, type Link } from '../../src/users/links.ts'
import { createPasswords, type Passwords } from '../../src/users/passwords.ts'
import type { UserServices } from '../../src/users/services.ts'
import type { User } from '../../src/users/user.ts'
import { createTestDatabase } from '../support/database.ts'

export interface PostedMail {
  mail: string
  to: string
  model: Record<string, unknown>
}

export interface People extends AsyncDisposable {
  services: UserServices & { passwords: Passwords }
  db: Db
  /** Every statement that was sent, since it was last emptied. */
  statements: string[]
  mails: PostedMail[]
  /** Moves the clock on. */
  pass(seconds: number): void
  system: AuditContext
  /** Somebody who isn't signed in, in a browser. */
  visitor: AuditContext
  /** Adds a person; a password only if given. */
  add(person: { email: string; password?: string; proven?: boolean; administrator?: boolean }): Promise<User>
  /** A session's row, as a sign-in leaves one. */
  addSession(userId: string): Promise<void>
  /** The token in the last mail that has a link. */
  mailedToken(): string
  liveLink(token: string): Promise<Link>
}

export const goodPassword = 'correct staple horse battery'
export const otherPassword = 'seven yellow paper lanterns'

export async function openPeople(): Promise<People> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await createTestDatabase())
  const statements: string[] = []
  const log = createLog('silent')
  const { prisma: db } = opening.use(
    openDatabase({ url, poolSize: 6, log, onStatement: (text) => statements.push(text) }),
  )
  let now = new Date('2026-03-01T12:00:00.000Z')
  const clock = { now: () => now }
  const secrets = createSecrets(['a secret key for tests: 0123456789abcdef'])
  const mails: PostedMail[] = []
  await db.installation.create({ data: { keyCheckSealed: new Uint8Array(1) } })

  const services: People['services'] = {
    db,
    clock,
    secrets,
    passwords: createPasswords({ concurrency: 2, queueLimit: 50 }),
    organizations: { createPersonal: createPersonalOrganization, join: joinOrganization },
    endAccess,
    async queueMail(tx, mail, told) {
      for (const { userId, address, model } of told) {
        const { email } = await tx.user.findUniqueOrThrow({ where: { id: userId } })
        mails.push({ mail, to: address ?? email, model: { ...model } })
      }
    },
    sendMail: (mail, to, model) => void mails.push({ mail, to, model: { ...model } }),
    publicUrl: 'https://auth.example.com',
    platformName: 'Example',
  }
  const system = systemContext(clock)
  const visitor: AuditContext = {
    ...system,
    actor: { kind: 'user', id: null },
    requestId: 'request-1',
    address: '192.0.2.1',
  }
  const open = opening.move()
  return {
    services,
    db,
    statements,
    mails,
    system,
    visitor,
    pass(seconds) {
      now = new Date(now.getTime() + seconds * 1000)
    },
    async add({ email, password, proven = true, administrator = false }) {
      const passwordHash = password === undefined ? null : await services.passwords.hash(password)
      const person = {
        email,
        name: null,
        passwordHash,
        emailVerified: proven,
        administrator,
        locale: null,
        by: 'operator',
      } as const
      const user = await db.$transaction((tx) => createUser(tx, services, person, system))
      if (!user) throw new Error(`${email} has an account`)
      return user
    },
    async addSession(userId) {
      const id = `ses_${userId}_${Math.random()}`
      await db.session.create({
        data: {
          id,
          digest: Buffer.from(id),
          uid: id,
          userId,
          amr: ['pwd'],
          expiresAt: new Date(now.getTime() + 86_400_000),
        },
      })
    },
    mailedToken() {
      const link = mails.findLast(({ model }) => typeof model['link'] === 'string')?.model['link'] as string
      return link.slice(link.lastIndexOf('/') + 1)
    },
    async liveLink(token) {
      const found = await findLink(db, services, token)
      if (found.state !== 'live') throw new Error(`the link is ${found.state}`)
      return found.link
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
