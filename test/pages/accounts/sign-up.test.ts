import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../support/agent.ts'
import { openSite, otherPassword, password, pathOf, valueOf, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site[Symbol.asyncDispose]())

async function ask(email: string, agent = site.agent()): Promise<Answer> {
  await agent.get('/sign-up')
  return agent.submit('/sign-up', { email })
}

/** A page without what differs from one request to the next. */
const essence = ({ status, html }: Answer, email: string) => ({
  status,
  html: html.replaceAll(email, 'EMAIL').replaceAll(/name="_csrf" value="[^"]*"/g, ''),
})

describe('signing up', () => {
  test('asks for an address, then behind the mailed link for a name and a password, and signs in', async () => {
    const agent = site.agent()
    const asked = await ask('ann@example.com', agent)
    expect(asked.status).toBe(200)
    expect(asked.html).toContain('ann@example.com')
    const link = await site.linkTo('ann@example.com')
    const opened = await agent.get(link)
    expect([valueOf(opened, 'name'), valueOf(opened, 'password')]).toEqual(['', ''])
    const done = await agent.submit(pathOf(link), { name: 'Ann', password })
    expect([done.status, pathOf(done.location)]).toEqual([303, '/account'])
    expect((await agent.get('/account')).html).toContain('ann@example.com')
  })

  test('a GET never consumes a link', async () => {
    const agent = site.agent()
    await ask('scanned@example.com', agent)
    const link = await site.linkTo('scanned@example.com')
    for (let i = 0; i < 3; i++) expect((await site.agent().get(link)).status).toBe(200)
    expect((await site.agent().fetch(link, { method: 'HEAD' })).status).toBe(200)
    await agent.get(link)
    expect((await agent.submit(pathOf(link), { name: 'Ann', password })).status).toBe(303)
    const dead = await agent.get(link)
    expect(dead.status).toBe(410)
    expect(dead.html).toContain('href="/sign-up"')
  })

  test('answers a known and an unknown address alike', async () => {
    await site.signedUp('known@example.com')
    const answers = []
    for (const email of ['known@example.com', 'fresh@example.com']) answers.push(essence(await ask(email), email))
    expect(answers[0]).toEqual(answers[1])
    expect((await site.mailTo('known@example.com', 2)).text).toContain('/forgot-password')
    expect(await site.linkTo('fresh@example.com')).toContain('/links/')
  })

  test('comes back with 422, the fault and the name, and never with the password', async () => {
    const agent = site.agent()
    await ask('fault@example.com', agent)
    const link = await site.linkTo('fault@example.com')
    await agent.get(link)
    const again = await agent.submit(pathOf(link), { name: 'Ann <b>', password: 'a word or so' })
    expect(again.status).toBe(422)
    expect(again.html).not.toContain('a word or so')
    expect([valueOf(again, 'name'), valueOf(again, 'password')]).toEqual(['Ann <b>', ''])
    expect((await agent.submit(pathOf(link), { name: 'Ann', password })).status).toBe(303)
  })

  test.each([
    ['', 'Enter your email address.'],
    ['not an address', 'Enter a whole email address'],
    ['a@example.com,b@example.com', 'Enter a whole email address'],
  ])('says what is wrong with %j', async (email, words) => {
    const again = await ask(email)
    expect(again.status).toBe(422)
    expect(again.html).toContain(words)
    expect(valueOf(again, 'email')).toBe(email)
  })

  test('mails an address four times, then answers 429 with Retry-After, known or not', async () => {
    await site.signedUp('often@example.com')
    site.pass(3600)
    for (const email of ['often@example.com', 'never@example.com']) {
      for (let i = 0; i < 4; i++) expect((await ask(email)).status).toBe(200)
      const refused = await ask(email)
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toBe('900')
      expect(refused.html).toContain('Wait 15 minutes')
    }
  })

  test('a link that is pressed again and again does not keep the server busy', async () => {
    const agent = site.agent()
    await ask('pressed@example.com', agent)
    const link = await site.linkTo('pressed@example.com')
    await agent.get(link)
    const press = (typed: string) => agent.submit(pathOf(link), { name: 'Ann', password: typed })
    for (let i = 0; i < 10; i++) expect((await press('too short')).status).toBe(422)
    const refused = await press(password)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('60')
    site.pass(60)
    expect((await press(password)).status).toBe(303)
  })

  test('carries where the person was going through the mail and back', async () => {
    const agent = site.agent()
    const signIn = await agent.get('/sign-in?return_to=/admin')
    await agent.get(/href="(\/sign-up[^"]*)"/.exec(signIn.html)?.[1] ?? '')
    await agent.submit('/sign-up', { email: 'going@example.com' })
    const link = await site.linkTo('going@example.com')
    await agent.get(link)
    expect(pathOf((await agent.submit(pathOf(link), { name: 'Ann', password })).location)).toBe('/admin')
  })

  test('an unknown link is a 404', async () => {
    expect((await site.agent().get(`/links/${'x'.repeat(43)}`)).status).toBe(404)
  })
})

describe('forgetting the password', () => {
  const forget = async (email: string, agent = site.agent()) => {
    await agent.get('/forgot-password')
    return agent.submit('/forgot-password', { email })
  }

  test('answers a known and an unknown address alike', async () => {
    await site.signedUp('forgetful@example.com')
    const answers = []
    for (const email of ['forgetful@example.com', 'stranger@example.com'])
      answers.push(essence(await forget(email), email))
    expect(answers[0]).toEqual(answers[1])
    expect((await site.mailTo('stranger@example.com')).text).toContain('There is no such account')
  })

  test('a reset ends all sessions and leads to the sign-in', async () => {
    const [laptop, phone] = [await site.signedUp('reset@example.com'), site.agent()]
    expect(pathOf((await site.signIn(phone, 'reset@example.com', password)).location)).toBe('/account')

    const agent = site.agent()
    await forget('reset@example.com', agent)
    const link = await site.linkTo('reset@example.com', /new password/)
    await agent.get(link)
    const done = await agent.submit(pathOf(link), { password: otherPassword })
    expect([done.status, pathOf(done.location)]).toEqual([303, '/sign-in?notice=password-changed'])
    expect((await agent.follow(done)).html).toContain('Your password is changed')
    for (const browser of [laptop, phone])
      expect(pathOf((await browser.get('/account')).location)).toMatch(/^\/sign-in/)
    const signedIn = await agent.submit('/sign-in', { email: 'reset@example.com', password: otherPassword })
    expect(pathOf(signedIn.location)).toBe('/account')
    await site.mailTo('reset@example.com', /password was changed$/)
    expect((await agent.get(link)).status).toBe(410)
  })
})

describe.each(['invitation', 'closed'] as const)('where sign-up is %s', (signUp) => {
  let closed: Site
  beforeAll(async () => {
    closed = await openSite({ SIGN_UP: signUp })
  })
  afterAll(() => closed[Symbol.asyncDispose]())

  test('nobody signs up, and no page offers it', async () => {
    const agent = closed.agent()
    expect((await agent.get('/sign-up')).status).toBe(403)
    expect((await agent.get('/sign-in')).html).not.toContain('/sign-up')
    expect((await agent.get('/forgot-password')).html).not.toContain('/sign-up')
    expect((await agent.submit('/forgot-password', { email: 'ann@example.com' })).status).toBe(200)
    expect((await closed.mailTo('ann@example.com')).text).not.toContain('/sign-up')
  })
})
