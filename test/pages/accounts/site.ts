/** The whole server with a clock that tests move, and what a person does there: read their mail, sign up, sign in. */
import { expect } from 'vitest'
import type { CapturedMail } from '../../../src/platform/mail.ts'
import { createAgent, type Agent, type Answer } from '../../support/agent.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

export const password = 'correct staple horse battery'
export const otherPassword = 'seven yellow paper lanterns'

export interface Site extends AsyncDisposable {
  server: TestServer
  agent(): Agent
  pass(seconds: number): void
  /** The nth mail to an address, or the first of such a subject, once it has come. */
  mailTo(address: string, which?: number | RegExp): Promise<CapturedMail>
  /** The link in it. */
  linkTo(address: string, which?: number | RegExp): Promise<string>
  signIn(agent: Agent, email: string, typed: string, path?: string): Promise<Answer>
  /** A browser in which a new person has just signed up. */
  signedUp(email: string): Promise<Agent>
}

/** @param settings by their environment names */
export async function openSite(settings: Record<string, string> = {}): Promise<Site> {
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  const server = await startTestServer({ settings, clock: { now: () => new Date(now) } })
  const site: Site = {
    server,
    agent: () => createAgent(server.url),
    pass(seconds) {
      now += seconds * 1000
    },
    async mailTo(address, which = 1) {
      const mails = () => server.running.inside.mail.captured().filter(({ to }) => to === address)
      const found = () =>
        typeof which === 'number' ? mails().toReversed()[which - 1] : mails().find(({ subject }) => which.test(subject))
      await expect.poll(found, { timeout: 30_000 }).toBeDefined()
      return found() as CapturedMail
    },
    async linkTo(address, which) {
      const { text, subject } = await site.mailTo(address, which)
      const link = /http:\S+\/links\/[\w-]+/.exec(text)?.[0]
      if (link === undefined) throw new Error(`no link in "${subject}"`)
      return link
    },
    async signIn(agent, email, typed, path = '/sign-in') {
      await agent.get(path)
      return agent.submit('/sign-in', { email, password: typed })
    },
    async signedUp(email) {
      const agent = site.agent()
      await agent.get('/sign-up')
      await agent.submit('/sign-up', { email })
      const link = await site.linkTo(email)
      await agent.get(link)
      expect((await agent.submit(pathOf(link), { name: 'Ann', password })).status).toBe(303)
      return agent
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return site
}

export function pathOf(link: string | null): string {
  if (link === null) throw new Error('the answer leads nowhere')
  const { pathname, search } = new URL(link)
  return pathname + search
}

/** What a field of the page holds; undefined where there is no such field. */
export function valueOf({ html }: Answer, name: string): string | undefined {
  const tag = [...html.matchAll(/<input\b[^>]*>/g)]
    .map(([text]) => text)
    .find((text) => text.includes(` name="${name}"`))
  if (tag === undefined) return undefined
  const value = / value="([^"]*)"/.exec(tag)?.[1] ?? ''
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
