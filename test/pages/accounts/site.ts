/** The whole server on a database of its own, with a clock that tests move. */
import { expect } from 'vitest'
import type { Config } from '../../../src/config.ts'
import { createLog } from '../../../src/platform/log.ts'
import type { CapturedMail } from '../../../src/platform/mail.ts'
import { startServer, type RunningServer } from '../../../src/server.ts'
import { createTestDatabase } from '../../support/database.ts'
import { createVisitor, type Visitor } from './visitor.ts'

export const password = 'correct staple horse battery'
export const otherPassword = 'seven yellow paper lanterns'

export interface Site extends AsyncDisposable {
  server: RunningServer
  visitor(headers?: Record<string, string>): Visitor
  pass(seconds: number): void
  /** The next mail to an address, once it has come. */
  mailTo(address: string, nth?: number): Promise<CapturedMail>
  /** The path of the link in a mail. */
  linkIn(mail: CapturedMail): string
  /** A browser in which a new person has just signed up. */
  signedUp(email: string): Promise<Visitor>
}

export async function openSite(settings: Partial<Config> = {}): Promise<Site> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await createTestDatabase())
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  const config: Config = {
    mode: 'development',
    publicUrl: 'http://localhost:3000',
    apiUrl: 'http://localhost:3000',
    listen: { host: '127.0.0.1', port: 0 },
    tls: null,
    trustedProxies: [],
    database: { url, directUrl: url, poolSize: 5 },
    dataDir: '/nonexistent',
    secretKeys: ['a secret key for tests: 0123456789abcdef'],
    smtp: null,
    platform: { name: 'Example', supportEmail: 'support@example.com', upgradeUrl: null },
    signUp: 'open',
    bootstrap: { adminEmail: null, adminPassword: null },
    log: { level: 'silent' },
    ...settings,
  }
  const clock = { now: () => new Date(now) }
  const server = opening.use(await startServer(config, { clock, log: createLog('silent') }))
  const open = opening.move()

  const site: Site = {
    server,
    visitor: (headers) => createVisitor(`http://127.0.0.1:${server.port}`, headers),
    pass(seconds) {
      now += seconds * 1000
    },
    async mailTo(address, nth = 1) {
      const mails = () => server.inside.mail.captured().filter(({ to }) => to === address)
      await expect.poll(() => mails().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(nth)
      return mails().toReversed()[nth - 1] as CapturedMail
    },
    linkIn(mail) {
      const path = /http:\/\/localhost:3000(\/links\/[\w-]+)/.exec(mail.text)?.[1]
      if (path === undefined) throw new Error(`no link in "${mail.subject}"`)
      return path
    },
    async signedUp(email) {
      const visitor = site.visitor()
      await visitor.submit(await visitor.get('/sign-up'), { email })
      const link = await visitor.get(site.linkIn(await site.mailTo(email)))
      const done = await visitor.submit(link, { name: 'Ann', password })
      expect(done.status).toBe(303)
      return visitor
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return site
}
