/** The first page of an account: the way to a first key, in few clicks, and what needs its owner. */
import type { Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey } from '../../support/api.ts'
import { addPerson, addResources, testPassword } from '../../support/server.ts'
import { heading, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('a stranger has a working key in fewer than ten clicks', async () => {
  const page = await stage.open()
  let clicks = 0
  const click = async (what: Locator) => {
    clicks += 1
    await what.click()
  }
  const link = (name: string | RegExp) => page.getByRole('link', { name })
  const button = (name: string) => page.getByRole('button', { name })

  await page.goto(stage.server.url)
  await click(link('Create an account'))
  await page.getByLabel('Email address').fill('nora@example.com')
  await click(button('Send me a link'))
  await click(link('Read it here (development)'))
  await click(link(/account/i).first())
  await click(page.locator('a[href*="/links/"]').first())
  await page.getByLabel('Your name').fill('Nora New')
  await page.getByLabel('Password').fill(testPassword)
  await click(button('Create my account'))

  await heading(page, 'Hello, Nora New')
  await look(page, 'account-new')
  await click(page.getByRole('main').getByRole('link', { name: 'New key' }))
  await page.getByLabel('Name').fill('First')
  await click(page.getByRole('checkbox', { name: /^See your reports/ }))
  await click(button('Create key'))
  const key = await page.locator('#once-value').innerText()
  expect(clicks).toBeLessThan(10)

  // The steps go on, and end when the key has been used.
  await page.goto(`${stage.server.url}/account`)
  await page.getByText('YOUR_KEY').waitFor()
  const answer = await fetch(`${stage.server.url}/v1/keys/self`, { headers: { authorization: `Bearer ${key}` } })
  expect(answer.status).toBe(200)
  await stage.server.running.inside.usage.flush()
  await page.reload()
  await heading(page, 'Hello, Nora New')
  await expect(page.getByRole('heading', { name: 'Your first key' }).count()).resolves.toBe(0)
})

test('keys that end soon or came into the open come first, with what to do, then how much was called', async () => {
  const { server } = stage
  const { db, clock } = server
  const person = await addPerson(server)
  const { id: organizationId } = await db.organization.findFirstOrThrow({ where: { personalUserId: person.id } })
  const own = { organizationId, userId: person.id, scopes: ['reports:read'] }
  const now = clock.now()
  const before = new Date(now.getTime() - 60 * 86_400_000)
  const soon = new Date(now.getTime() + 5 * 86_400_000)
  const { id } = await addApiKey(server, {
    ...own,
    name: 'Nightly export',
    expiresAt: soon,
    secret: { createdAt: before },
  })
  await addApiKey(server, { ...own, name: 'In a repository', exposedAt: now, exposedReason: 'leaked' })
  await db.usage.createMany({ data: month(organizationId, id, now) })
  const page = await stage.open()
  await page.goto(`${server.url}/account`)
  await signIn(page, person)
  await page.getByRole('region', { name: 'Keys that others may have read' }).getByText('In a repository').waitFor()
  await look(page, 'account-overview')
  const ending = page.getByRole('region', { name: 'Keys that end soon' })
  await ending
    .getByRole('row', { name: /Nightly export/ })
    .getByRole('link', { name: 'Rotate' })
    .click()
  await heading(page, 'Rotate Nightly export')
})

/** A row a day. */
function month(organizationId: string, credentialId: string, now: Date) {
  return Array.from({ length: 29 }, (_, days) => ({
    hour: new Date(Math.floor(now.getTime() / 3_600_000 - days * 24) * 3_600_000),
    kind: 'key',
    credentialId,
    organizationId,
    allowed: 300 + ((days * 37) % 200),
    denied: days % 7,
  }))
}
