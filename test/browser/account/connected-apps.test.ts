/** What a person has allowed, in Chromium: seen with what each app may do, and cut off so that its tokens are dead. */
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, addResources, type TestPerson } from '../../support/server.ts'
import { arrive, beginAt, goThrough, heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage
let person: TestPerson
let page: Page

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

const connectedApps = () => page.goto(`${stage.server.url}/account/connected-apps`)

test('shows what each app may do, cuts one off by its button, and with it every token of it alone', async () => {
  const site = await stage.addSite({ metadata: { client_name: 'Chart Maker' } })
  const other = await stage.addSite({ metadata: { client_name: 'Other App' } })
  person = await addPerson(stage.server)
  page = await stage.open()
  await beginAt(page, site, { scope: 'openid profile email reports:read reports:write' })
  await signIn(page, person)
  await page.getByRole('checkbox', { name: /^Change your reports/ }).uncheck()
  await press(page, 'Allow')
  await arrive(page, site)
  await beginAt(page, other)
  await press(page, 'Allow')
  await arrive(page, other)

  await connectedApps()
  const app = page.getByRole('region', { name: 'Chart Maker' })
  expect(await app.innerText()).toMatch(/See your reports[^]*Change your reports\s*Not allowed/)
  await look(page, 'connected-apps')
  await app.getByRole('link', { name: 'Disconnect' }).click()
  await heading(page, 'Disconnect Chart Maker?')
  await look(page, 'connected-app-confirm')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await app.getByRole('link', { name: 'Disconnect' }).click()
  await press(page, 'Disconnect Chart Maker')
  await page.getByRole('status').getByText('The app is disconnected.').waitFor()
  await look(page, 'connected-apps-cut')
  await expect(app.count()).resolves.toBe(0)

  const { configuration } = await site.join(stage.server, site.client)
  const { access_token: access, refresh_token: refresh } = site.last().tokens ?? {}
  expect(await oidc.tokenIntrospection(configuration, access ?? '')).toEqual({ active: false })
  await expect(oidc.refreshTokenGrant(configuration, refresh ?? '')).rejects.toMatchObject({ error: 'invalid_grant' })

  const untouched = await other.join(stage.server, other.client)
  const { refresh_token: kept } = other.last().tokens ?? {}
  await expect(oidc.refreshTokenGrant(untouched.configuration, kept ?? '')).resolves.toHaveProperty('access_token')

  await beginAt(page, site)
  await heading(page, 'Chart Maker asks to use your Keygrant account')
})

test('says so while there is nothing', async () => {
  page = await stage.open()
  await connectedApps()
  await signIn(page, await addPerson(stage.server))
  await heading(page, 'Connected apps')
  await page.getByText('No apps yet').waitFor()
  await look(page, 'connected-apps-empty')
})

test('somebody else’s grant is answered like one that is not there', async () => {
  const site = await stage.addSite()
  person = await addPerson(stage.server)
  page = await stage.open()
  await goThrough(page, site, person)
  await connectedApps()
  const address = await page.getByRole('link', { name: 'Disconnect' }).getAttribute('href')
  page = await stage.open()
  await connectedApps()
  await signIn(page, await addPerson(stage.server))
  await heading(page, 'Connected apps')
  expect((await page.goto(stage.server.url + address))?.status()).toBe(404)
  expect((await page.goto(`${stage.server.url}/account/connected-apps/gra_none`))?.status()).toBe(404)
})
