/** Whoever runs the platform registers clients of each kind, hands out and exchanges their secrets, and ends them. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addOrganization } from '../../support/api.ts'
import { addClient, addPerson, addResources } from '../../support/server.ts'
import { goThrough, heading, press, signIn, through } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

function token(id: string, secret: string): Promise<Response> {
  return fetch(`${stage.server.url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'reports:read',
      resource: 'https://api.example.com/reports',
    }),
  })
}

test('a service is registered, gets tokens by secrets that are added, exchanged and deleted, is changed, stopped and deleted', async () => {
  const { server } = stage
  const administrator = await addPerson(server, { administrator: true })
  await addOrganization(server, { name: 'Acme' })
  await addOrganization(server, { name: 'Acme Logistics', externalId: 'cust_8812' })
  await addClient(server, { client_name: 'Another app' })
  const page = await stage.open()
  await page.goto(`${server.url}/admin/clients`)
  await signIn(page, administrator)
  await heading(page, 'Apps and clients')
  await page.getByRole('link', { name: 'New client' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Invoice sync')
  await page.getByRole('radio', { name: /^Service/ }).check()
  await page.getByRole('checkbox', { name: /^See your reports/ }).check()
  await page.getByRole('textbox', { name: /^Organization/ }).fill('acm')
  await press(page, 'Create client')
  await page
    .getByRole('alert')
    .getByText(/Several begin so: .*Acme Logistics \(org_/)
    .waitFor()
  await look(page, 'console-client-new')
  await page.getByRole('textbox', { name: /^Organization/ }).fill('cust_8812')
  await press(page, 'Create client')
  await heading(page, 'Invoice sync is registered')
  const first = await page.locator('#once-value').innerText()
  expect(await page.locator('.snippet-code').innerText()).toContain(first)
  await look(page, 'console-client-made')
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await heading(page, 'Invoice sync')
  expect(await page.content()).not.toContain(first)
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  expect((await token(id, first)).status).toBe(200)
  await look(page, 'console-client')

  await page.getByRole('link', { name: 'Add a secret' }).click()
  await press(page, 'Create secret')
  const second = await page.locator('#once-value').innerText()
  expect([(await token(id, first)).status, (await token(id, second)).status]).toEqual([200, 200])
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await page
    .getByRole('row', { name: `…${first.slice(-4)}` })
    .getByRole('link', { name: 'Delete' })
    .click()
  await press(page, `Delete …${first.slice(-4)}`)
  expect((await token(id, first)).status).toBe(401)
  await page.getByRole('link', { name: 'Rotate' }).click()
  await page.getByLabel('The old secret works on for').selectOption('No time: it ends at once')
  await press(page, 'Create the new secret')
  const third = await page.locator('#once-value').innerText()
  expect([(await token(id, second)).status, (await token(id, third)).status]).toEqual([401, 200])
  await page.getByRole('link', { name: 'I have saved it' }).click()

  await page.getByRole('link', { name: 'Rights and limits' }).click()
  await page.getByRole('checkbox', { name: 'Verified' }).check()
  await page.getByRole('combobox', { name: 'Tier' }).selectOption('pro')
  await look(page, 'console-client-rights')
  await press(page, 'Save changes')
  await page.getByText('Verified', { exact: true }).first().waitFor()
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Invoices')
  await press(page, 'Save changes')
  await heading(page, 'Invoices')
  const kept = await server.db.client.findUniqueOrThrow({ where: { id } })
  expect(kept).toMatchObject({ name: 'Invoices', verified: true, tier: 'pro', scope: 'reports:read' })

  await press(page, 'Disable')
  await page.getByText('Its tokens are refused from now on.').waitFor()
  await expect.poll(async () => (await token(id, third)).status).toBe(401)
  await press(page, 'Let it go on')
  await page.getByRole('link', { name: 'Delete', exact: true }).last().click()
  await heading(page, 'Delete Invoices?')
  await page.getByText('Nobody has allowed it anything.').waitFor()
  await press(page, 'Delete Invoices')
  await page.getByRole('status').getByText('The client is deleted').waitFor()
  expect(await page.getByRole('row', { name: /Another app/ }).count()).toBe(1)
  await look(page, 'console-clients')
})

test('an app in the browser has no secret, says how many people allowed it something, and dies with that', async () => {
  const { server } = stage
  const administrator = await addPerson(server, { administrator: true })
  const site = await stage.addSite({ metadata: { client_name: 'Calendar', token_endpoint_auth_method: 'none' } })
  const theirs = await stage.open()
  await goThrough(theirs, site, await addPerson(server))

  const page = await stage.open()
  await page.goto(`${server.url}/admin/clients?q=cal`)
  await through(page, signIn(page, administrator))
  await page.goto(`${server.url}/admin/clients?q=cal`)
  await page.getByRole('link', { name: /Calendar/ }).click()
  await page.getByText('1 person').waitFor()
  expect(await page.getByRole('heading', { name: 'Secrets' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Delete' }).click()
  await page.getByText('What 1 person has allowed it is gone').waitFor()
  await look(page, 'console-client-delete')
  await press(page, 'Delete Calendar')
  await page.getByRole('status').getByText('The client is deleted').waitFor()
  expect(await server.db.grant.count()).toBe(0)
})
