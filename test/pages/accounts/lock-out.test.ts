/** Tries on an account keep guessers out, and must not keep its owner out. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, otherPassword, pathOf, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site[Symbol.asyncDispose]())

const wrong = 'not the password of anybody'

/** Uses up what there is for browsers that the account doesn't know. */
async function exhaust(email: string): Promise<void> {
  const attacker = site.agent()
  for (let tries = 0; tries < 10; tries += 1) await site.signIn(attacker, email, wrong)
  expect((await site.signIn(attacker, email, wrong)).status).toBe(429)
}

test('whoever resets the password signs in with it, however often others try meanwhile', async () => {
  const email = 'owner@example.com'
  await site.signedUp(email)
  await exhaust(email)
  const owner = site.agent()
  expect((await site.signIn(owner, email, wrong)).status).toBe(429)
  await owner.get('/forgot-password')
  await owner.submit('/forgot-password', { email })
  const link = await site.linkTo(email, /new password/)
  await owner.get(link)
  const changed = await owner.submit(pathOf(link), { password: otherPassword })
  await exhaust(email)
  expect((await site.signIn(owner, email, otherPassword, pathOf(changed.location))).status).toBe(303)
  expect((await owner.get('/account/connected-apps')).status).toBe(200)
})

test('a reset makes no other browser known, and signs none in', async () => {
  const email = 'careful@example.com'
  const before = await site.signedUp(email)
  const owner = site.agent()
  await owner.get('/forgot-password')
  await owner.submit('/forgot-password', { email })
  const link = await site.linkTo(email, /new password/)
  await owner.get(link)
  await owner.submit(pathOf(link), { password: otherPassword })
  for (const agent of [before, owner]) expect((await agent.get('/account/connected-apps')).status).toBe(303)
  await exhaust(email)
  expect((await site.signIn(before, email, otherPassword)).status).toBe(429)
})
