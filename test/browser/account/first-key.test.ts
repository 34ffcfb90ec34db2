/** Somebody who has never been here: from the front page to a key that works, and how many clicks that takes. */
import type { Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addResources, testPassword } from '../../support/server.ts'
import { heading } from '../person.ts'
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
