import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, otherPassword, password, pathOf, valueOf, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site[Symbol.asyncDispose]())

test('a wrong password and an unknown address get the same page, with the address kept and the password not', async () => {
  await site.signedUp('ann@example.com')
  for (const email of ['ann@example.com', 'nobody@example.com']) {
    const again = await site.signIn(site.agent(), email, otherPassword)
    expect(again.status).toBe(422)
    expect(again.html).toContain('don’t match')
    expect(again.html).not.toContain(otherPassword)
    expect([valueOf(again, 'email'), valueOf(again, 'password')]).toEqual([email, ''])
  }
})

test('says which field is empty, and tries nothing', async () => {
  const { passwords } = site.server.running.inside
  const before = passwords.computations
  const again = await site.signIn(site.agent(), '', '')
  expect(again.status).toBe(422)
  expect(again.html).toContain('Enter your email address.')
  expect(again.html).toContain('Enter a password.')
  expect((await site.signIn(site.agent(), 'no\u0000address', password)).status).toBe(422)
  expect(passwords.computations).toBe(before)
})

test('goes to one of our own pages only', async () => {
  await site.signedUp('open@example.com')
  const foreign = [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/oauth2/authorize?x',
    '/account/../evil',
  ]
  for (const target of foreign) {
    const path = `/sign-in?return_to=${encodeURIComponent(target)}`
    const done = await site.signIn(site.agent(), 'open@example.com', password, path)
    expect([done.status, done.location]).toEqual([303, `${site.server.url}/account`])
  }
  const agent = site.agent()
  await agent.get('/sign-in')
  const forged = { email: 'open@example.com', password, return_to: 'https://evil.example' }
  expect((await agent.submit('/sign-in', forged)).location).toBe(`${site.server.url}/account`)
})

test('an attacker’s tries do not lock out a browser that signed in before', async () => {
  const owner = await site.signedUp('owner@example.com')
  const attacker = site.agent()
  const guess = async (typed: string) => site.signIn(attacker, 'owner@example.com', typed)
  for (let i = 0; i < 10; i++) expect((await guess(otherPassword)).status).toBe(422)
  const refused = await guess(password)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('360')
  expect(refused.html).toContain('Wait 6 minutes')

  await owner.get('/account/connected-apps')
  await owner.submit('/sign-out')
  expect((await site.signIn(owner, 'owner@example.com', password)).location).toBe(`${site.server.url}/account`)
})

test('signing out ends the session on the server, too', async () => {
  const agent = await site.signedUp('leaving@example.com')
  const cookie = [...agent.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const leadsTo = async () => {
    const { headers } = await site.agent().fetch('/account', { headers: { cookie } })
    return headers.get('location')
  }
  expect(await leadsTo()).toBe(null)
  await agent.get('/account/connected-apps')
  const out = await agent.submit('/sign-out')
  expect([out.status, pathOf(out.location)]).toEqual([303, '/sign-in?notice=signed-out'])
  expect((await agent.follow(out)).html).toContain('You are signed out.')
  expect(await leadsTo()).toMatch(/^\/sign-in/)
})

test('more at once than passwords can be checked are told to come again, and when', async () => {
  const agents = await Promise.all(
    Array.from({ length: 75 }, async () => {
      const agent = site.agent()
      await agent.get('/sign-in')
      return agent
    }),
  )
  const answers = await Promise.all(
    agents.map((agent, i) => agent.submit('/sign-in', { email: `crowd-${i}@example.com`, password })),
  )
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length + answers.filter(({ status }) => status === 422).length).toBe(75)
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  site.pass(3600)
})

test('a form that was shown before the sign-in is worth nothing after it', async () => {
  const owner = await site.signedUp('csrf@example.com')
  const token = valueOf(await site.agent().get('/sign-up'), '_csrf') ?? ''
  const body = new URLSearchParams({ email: 'csrf@example.com', _csrf: token })
  expect((await owner.fetch('/sign-up', { method: 'POST', body })).status).toBe(403)
})

test('who is signed in is asked again only where an app or a page wants it', async () => {
  const agent = await site.signedUp('again@example.com')
  expect(pathOf((await agent.get('/sign-in')).location)).toBe('/account')
  expect(pathOf((await agent.get('/sign-in?return_to=/device')).location)).toBe('/device')
  for (const path of ['/sign-in?return_to=/interaction/abc', '/sign-in?notice=sign-in-again']) {
    const form = await agent.get(path)
    expect(form.status).toBe(200)
    expect(valueOf(form, 'email')).toBe('again@example.com')
  }
})

test('the first administrator sets up the account behind the printed link, once', async () => {
  await using fresh = await openSite()
  const first = fresh.server.running.firstAdministrator
  if (first.outcome !== 'link') throw new Error('the first start gave no link')
  const agent = fresh.agent()
  await agent.get(first.signInLink)
  const done = await agent.submit(pathOf(first.signInLink), { name: 'Boss', password })
  expect([done.status, pathOf(done.location)]).toEqual([303, '/account'])
  expect((await fresh.agent().get(first.signInLink)).status).toBe(410)
  expect(pathOf((await fresh.signIn(fresh.agent(), 'admin@localhost', password)).location)).toBe('/account')
})
