import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, otherPassword, password, type Site } from './site.ts'
import { formOf, type Visitor } from './visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site[Symbol.asyncDispose]())

const signIn = async (visitor: Visitor, email: string, typed: string, path = '/sign-in') =>
  visitor.submit(await visitor.get(path), { email, password: typed })

test('a wrong password and an unknown address get the same page, with the address kept and the password not', async () => {
  await site.signedUp('ann@example.com')
  for (const email of ['ann@example.com', 'nobody@example.com']) {
    const again = await signIn(site.visitor(), email, otherPassword)
    expect(again.status).toBe(422)
    expect(again.text).toContain('don’t match')
    expect(again.text).not.toContain(otherPassword)
    expect(formOf(again.text).values).toMatchObject({ email, password: '' })
  }
})

test('says which field is empty, and tries nothing', async () => {
  const before = site.server.inside.passwords.computations
  const again = await signIn(site.visitor(), '', '')
  expect(again.status).toBe(422)
  expect(again.text).toContain('Enter your email address.')
  expect(again.text).toContain('Enter a password.')
  expect((await signIn(site.visitor(), 'no\u0000address', password)).status).toBe(422)
  expect(site.server.inside.passwords.computations).toBe(before)
})

test('goes to one of our own pages only', async () => {
  await site.signedUp('open@example.com')
  for (const target of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/oauth2/authorize?x',
    '/account/../evil',
  ]) {
    const visitor = site.visitor()
    const done = await signIn(visitor, 'open@example.com', password, `/sign-in?return_to=${encodeURIComponent(target)}`)
    expect([done.status, done.location]).toEqual([303, '/account'])
  }
  const visitor = site.visitor()
  const form = await visitor.get('/sign-in')
  const forged = await visitor.submit(form, { email: 'open@example.com', password, return_to: 'https://evil.example' })
  expect(forged.location).toBe('/account')
})

test('an attacker’s tries do not lock out a browser that signed in before', async () => {
  const owner = await site.signedUp('owner@example.com')
  const attacker = site.visitor()
  for (let i = 0; i < 10; i++) expect((await signIn(attacker, 'owner@example.com', otherPassword)).status).toBe(422)
  const refused = await signIn(attacker, 'owner@example.com', password)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('360')
  expect(refused.text).toContain('Wait 6 minutes')

  await owner.submit(await owner.get('/account/connected-apps'), {}, '/sign-out')
  expect((await signIn(owner, 'owner@example.com', password)).location).toBe('/account')
})

test('signing out ends the session, and leaves the browser known', async () => {
  const visitor = await site.signedUp('leaving@example.com')
  const session = new Map(visitor.cookies)
  const out = await visitor.submit(await visitor.get('/account/connected-apps'), {}, '/sign-out')
  expect([out.status, out.location]).toEqual([303, '/sign-in?notice=signed-out'])
  expect((await visitor.get(out.location ?? '')).text).toContain('You are signed out.')
  for (const [name, value] of session) visitor.cookies.set(name, value)
  expect((await visitor.get('/account')).location).toMatch(/^\/sign-in/)
})

test('more at once than passwords can be checked are told to come again, and when', async () => {
  const visitors = await Promise.all(
    Array.from({ length: 75 }, async () => {
      const visitor = site.visitor()
      return { visitor, form: await visitor.get('/sign-in') }
    }),
  )
  const answers = await Promise.all(
    visitors.map(({ visitor, form }, i) => visitor.submit(form, { email: `crowd-${i}@example.com`, password })),
  )
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length + answers.filter(({ status }) => status === 422).length).toBe(75)
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  site.pass(3600)
})

test('a form that was shown before the sign-in is worth nothing after it', async () => {
  const owner = await site.signedUp('csrf@example.com')
  const stranger = site.visitor()
  const form = await stranger.get('/sign-up')
  const { _csrf } = formOf(form.text).hidden
  const refused = await owner.post('/sign-up', { email: 'csrf@example.com', _csrf: _csrf ?? '' })
  expect(refused.status).toBe(403)
})

test('who is signed in is asked again only where an app or a page wants it', async () => {
  const visitor = await site.signedUp('again@example.com')
  expect((await visitor.get('/sign-in')).location).toBe('/account')
  expect((await visitor.get('/sign-in?return_to=/device')).location).toBe('/device')
  for (const path of ['/sign-in?return_to=/interaction/abc', '/sign-in?notice=sign-in-again']) {
    const form = await visitor.get(path)
    expect(form.status).toBe(200)
    expect(formOf(form.text).values['email']).toBe('again@example.com')
  }
})

test('the first administrator sets up the account behind the printed link, once', async () => {
  await using fresh = await openSite()
  const first = fresh.server.firstAdministrator
  if (first.outcome !== 'link') throw new Error('the first start gave no link')
  const path = new URL(first.signInLink).pathname
  const visitor = fresh.visitor()
  const done = await visitor.submit(await visitor.get(path), { name: 'Boss', password })
  expect([done.status, done.location]).toEqual([303, '/account'])
  expect((await fresh.visitor().get(path)).status).toBe(410)
  expect((await signIn(fresh.visitor(), 'admin@localhost', password)).location).toBe('/account')
})
