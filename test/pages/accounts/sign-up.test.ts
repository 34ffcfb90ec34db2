import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, otherPassword, password, type Site } from './site.ts'
import { formOf, type Answer } from './visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site[Symbol.asyncDispose]())

/** A page without what differs from one request to the next. */
const essence = ({ status, text }: Answer, email: string) => ({
  status,
  text: text.replaceAll(email, 'EMAIL').replaceAll(/name="_csrf" value="[^"]*"/g, ''),
})

describe('signing up', () => {
  test('asks for an address, then behind the mailed link for a name and a password, and signs in', async () => {
    const visitor = site.visitor()
    const asked = await visitor.submit(await visitor.get('/sign-up'), { email: 'ann@example.com' })
    expect(asked.status).toBe(200)
    expect(asked.text).toContain('ann@example.com')
    const opened = await visitor.get(site.linkIn(await site.mailTo('ann@example.com')))
    expect(Object.keys(formOf(opened.text).values)).toEqual(expect.arrayContaining(['name', 'password']))
    const done = await visitor.submit(opened, { name: 'Ann', password })
    expect([done.status, done.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).location).toBe('/account/connected-apps')
    expect((await visitor.get('/sign-in')).location).toBe('/account')
  })

  test('a GET never consumes a link', async () => {
    const visitor = site.visitor()
    await visitor.submit(await visitor.get('/sign-up'), { email: 'scanned@example.com' })
    const path = site.linkIn(await site.mailTo('scanned@example.com'))
    for (let i = 0; i < 3; i++) expect((await site.visitor().get(path)).status).toBe(200)
    const done = await visitor.submit(await visitor.get(path), { name: 'Ann', password })
    expect(done.status).toBe(303)
    const dead = await visitor.get(path)
    expect(dead.status).toBe(410)
    expect(dead.text).toContain('/sign-up')
  })

  test('answers a known and an unknown address alike', async () => {
    await site.signedUp('known@example.com')
    const answers = []
    for (const email of ['known@example.com', 'fresh@example.com']) {
      const visitor = site.visitor()
      answers.push(essence(await visitor.submit(await visitor.get('/sign-up'), { email }), email))
    }
    expect(answers[0]).toEqual(answers[1])
    expect((await site.mailTo('known@example.com', 2)).text).toContain('/forgot-password')
    expect(site.linkIn(await site.mailTo('fresh@example.com'))).toMatch(/^\/links\//)
  })

  test('comes back with 422, the fault and the name, and never with the password', async () => {
    const visitor = site.visitor()
    await visitor.submit(await visitor.get('/sign-up'), { email: 'fault@example.com' })
    const opened = await visitor.get(site.linkIn(await site.mailTo('fault@example.com')))
    const again = await visitor.submit(opened, { name: 'Ann <b>', password: 'too short' })
    expect(again.status).toBe(422)
    expect(again.text).not.toContain('too short"')
    expect(formOf(again.text).values).toMatchObject({ name: 'Ann <b>', password: '' })
    expect((await visitor.submit(again, { name: 'Ann', password })).status).toBe(303)
  })

  test.each([
    ['', 'Enter your email address.'],
    ['not an address', 'Enter a whole email address'],
    ['a@example.com,b@example.com', 'Enter a whole email address'],
  ])('says what is wrong with %j', async (email, words) => {
    const visitor = site.visitor()
    const again = await visitor.submit(await visitor.get('/sign-up'), { email })
    expect(again.status).toBe(422)
    expect(again.text).toContain(words)
    expect(formOf(again.text).values['email']).toBe(email)
  })

  test('mails an address four times, then answers 429 with Retry-After, known or not', async () => {
    await site.signedUp('often@example.com')
    site.pass(3600)
    for (const email of ['often@example.com', 'never@example.com']) {
      const visitor = site.visitor()
      const ask = async () => visitor.submit(await visitor.get('/sign-up'), { email })
      for (let i = 0; i < 4; i++) expect((await ask()).status).toBe(200)
      const refused = await ask()
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('900')
      expect(refused.text).toContain('Wait 15 minutes')
    }
  })

  test('a link that is pressed again and again does not keep the server busy', async () => {
    const visitor = site.visitor()
    await visitor.submit(await visitor.get('/sign-up'), { email: 'pressed@example.com' })
    const opened = await visitor.get(site.linkIn(await site.mailTo('pressed@example.com')))
    const press = (typed: string) => visitor.submit(opened, { name: 'Ann', password: typed })
    for (let i = 0; i < 10; i++) expect((await press('too short')).status).toBe(422)
    const refused = await press(password)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('60')
    site.pass(60)
    expect((await press(password)).status).toBe(303)
  })

  test('carries where the person was going through the mail and back', async () => {
    const visitor = site.visitor()
    const signIn = await visitor.get('/sign-in?return_to=/admin')
    const href = /href="(\/sign-up[^"]*)"/.exec(signIn.text)?.[1] ?? ''
    await visitor.submit(await visitor.get(href), { email: 'going@example.com' })
    const opened = await visitor.get(site.linkIn(await site.mailTo('going@example.com')))
    expect((await visitor.submit(opened, { name: 'Ann', password })).location).toBe('/admin')
  })

  test('an unknown link is a 404', async () => {
    expect((await site.visitor().get(`/links/${'x'.repeat(43)}`)).status).toBe(404)
  })
})

describe('forgetting the password', () => {
  test('answers a known and an unknown address alike', async () => {
    await site.signedUp('forgetful@example.com')
    const answers = []
    for (const email of ['forgetful@example.com', 'stranger@example.com']) {
      const visitor = site.visitor()
      answers.push(essence(await visitor.submit(await visitor.get('/forgot-password'), { email }), email))
    }
    expect(answers[0]).toEqual(answers[1])
    expect((await site.mailTo('stranger@example.com')).text).toContain('There is no such account')
  })

  test('a reset ends all sessions and leads to the sign-in', async () => {
    const [laptop, phone] = [await site.signedUp('reset@example.com'), site.visitor()]
    const signedIn = await phone.submit(await phone.get('/sign-in'), { email: 'reset@example.com', password })
    expect(signedIn.location).toBe('/account')

    const visitor = site.visitor()
    await visitor.submit(await visitor.get('/forgot-password'), { email: 'reset@example.com' })
    const path = site.linkIn(await site.mailTo('reset@example.com', 2))
    const done = await visitor.submit(await visitor.get(path), { password: otherPassword })
    expect([done.status, done.location]).toEqual([303, '/sign-in?notice=password-changed'])
    const form = await visitor.get(done.location ?? '')
    expect(form.text).toContain('Your password is changed')
    for (const browser of [laptop, phone]) expect((await browser.get('/account')).location).toMatch(/^\/sign-in/)
    expect((await visitor.submit(form, { email: 'reset@example.com', password: otherPassword })).location).toBe(
      '/account',
    )
    expect((await site.mailTo('reset@example.com', 3)).subject).toBe('Your Example password was changed')
    expect((await visitor.get(path)).status).toBe(410)
  })
})

describe.each(['invitation', 'closed'] as const)('where sign-up is %s', (signUp) => {
  let closed: Site
  beforeAll(async () => {
    closed = await openSite({ signUp })
  })
  afterAll(() => closed[Symbol.asyncDispose]())

  test('nobody signs up, and no page offers it', async () => {
    const visitor = closed.visitor()
    const page = await visitor.get('/sign-up')
    expect(page.status).toBe(403)
    const signIn = await visitor.get('/sign-in')
    expect(signIn.text).not.toContain('/sign-up')
    const { _csrf } = formOf(signIn.text).hidden
    const posted = await visitor.post('/sign-up', { email: 'ann@example.com', _csrf: _csrf ?? '' })
    expect(posted.status).toBe(403)
    expect(closed.server.inside.mail.captured()).toEqual([])
  })
})
