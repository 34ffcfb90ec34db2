/** The database goes away in mid-flow: a page says so and offers to try again, and the flow goes on where it was. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { addPerson } from '../support/server.ts'
import { arrive, beginAt, heading, press, signIn } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let database: TestDatabase
let proxy: DatabaseProxy
let stage: Stage
let site: Site

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openDatabaseProxy(database.url)
  stage = await openStage({ databaseUrl: proxy.url })
  site = await stage.addSite()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** Ends only what hangs: the server looks for its database in steps of its own. */
const patienceMs = 30_000

/** Does something while the database is away; ends at the page that was offered, with the database back. */
async function duringOutage(page: Page, act: () => Promise<void>): Promise<void> {
  await proxy.refuse()
  await act()
  await heading(page, 'Back in a moment')
  expect(await page.title()).toContain('Back in a moment')
  await look(page, 'outage')
  // Nothing changes as long as nothing is there.
  await page.getByRole('link', { name: 'Try again' }).click()
  await heading(page, 'Back in a moment')
  await proxy.restore()
  await expect
    .poll(
      async () => {
        const again = page.getByRole('link', { name: 'Try again' })
        if ((await again.count()) > 0) await again.click()
        return page.title()
      },
      { timeout: patienceMs },
    )
    .not.toContain('Back in a moment')
}

test('at the beginning, at the sign-in, at the consent: the flow goes on when the database is back', async () => {
  const person = await addPerson(stage.server)
  const page = await stage.open()
  await duringOutage(page, () => beginAt(page, site))
  await heading(page, 'Sign in')
  await duringOutage(page, () => signIn(page, person))
  await heading(page, 'Sign in')
  await signIn(page, person)
  await heading(page, 'ACME Dashboard asks to use your Keygrant account')
  await duringOutage(page, () => press(page, 'Allow'))
  await heading(page, 'ACME Dashboard asks to use your Keygrant account')
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last()).toMatchObject({ error: null })
  expect(site.last().tokens?.claims()?.sub).toBe(person.id)
})
