/** What the platform is made of, in the console: an API with scopes, its policy, a tier, settings, signing keys, the trail of it all, and the search. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey, addOrganization } from '../../support/api.ts'
import { addPerson, type TestPerson } from '../../support/server.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage
let administrator: TestPerson

beforeAll(async () => {
  stage = await openStage()
  administrator = await addPerson(stage.server, { administrator: true, email: 'root@example.com' })
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function openConsole(path: string) {
  const page = await stage.open()
  await page.goto(`${stage.server.url}/admin/${path}`)
  await signIn(page, administrator)
  return page
}

test('an API is registered, its scopes are put in order, and a policy is written route by route, without a script', async () => {
  const { server } = stage
  const page = await stage.open({ javaScriptEnabled: false })
  await page.goto(`${server.url}/admin/resources`)
  await signIn(page, administrator)
  await heading(page, 'APIs and scopes')
  await page.getByRole('link', { name: 'Register an API' }).click()
  await page.getByLabel('Title').fill('Reports')
  await page.getByLabel('Short name').fill('Reports!')
  await page.getByLabel('Identifier').fill('https://api.example.com/reports')
  await page.getByLabel('Tokens live for').selectOption('30 minutes')
  await press(page, 'Register the API')
  await page.getByRole('alert').getByText('must be 1 to 63', { exact: false }).waitFor({ state: 'attached' })
  await page.getByLabel('Short name').fill('reports')
  await press(page, 'Register the API')
  await heading(page, 'Reports')
  for (const [name, title] of [
    ['reports:read', 'See your reports'],
    ['reports:write', 'Change your reports'],
  ] as const) {
    await page.getByRole('link', { name: 'Add a scope' }).click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('What people read').fill(title)
    await press(page, 'Add the scope')
  }
  await page.getByRole('link', { name: /reports:write/ }).click()
  await page.getByLabel('Place').selectOption('First')
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('Your changes are saved.').waitFor()
  const scopes = await page.locator('#scopes tbody th code').allInnerTexts()
  expect(scopes).toEqual(['reports:write', 'reports:read'])

  await page.getByRole('link', { name: 'Write a policy' }).click()
  await heading(page, 'Write a policy for Reports')
  await page.getByLabel('Path').fill('/reports/**')
  await page.getByRole('checkbox', { name: 'reports:read' }).check()
  await press(page, 'Add a route')
  const second = page.getByRole('group', { name: 'Route 2' })
  await second.getByLabel('Method').selectOption('POST')
  await second.getByLabel('Path').fill('reports')
  await second.getByRole('checkbox', { name: 'reports:write' }).check()
  await press(page, 'Save the policy')
  await page.getByRole('alert').getByText('Must have a path that begins with /').waitFor()
  await second.getByLabel('Path').fill('/reports')
  await press(page, 'Move up')
  expect(await page.getByRole('group', { name: 'Route 1' }).getByLabel('Path').inputValue()).toBe('/reports')
  await press(page, 'Save the policy')
  await page.getByRole('status').getByText('The policy is saved.', { exact: false }).waitFor()
  const { routes } = await server.db.policy.findUniqueOrThrow({ where: { name: 'reports' } })
  expect(routes).toEqual([
    { match: 'POST /reports', scopes: ['reports:write'], cost: 1 },
    { match: 'GET /reports/**', scopes: ['reports:read'], cost: 1 },
  ])
  await page.getByText('/v1/check/@reports', { exact: false }).first().waitFor()
})

test('what is deleted says whom it concerns', async () => {
  const { server } = stage
  await addApiKey(server, { scopes: ['reports:write'] })
  const page = await openConsole('resources')
  await page.getByRole('link', { name: /Reports/ }).click()
  await look(page, 'console-resource')
  await page.getByRole('link', { name: /reports:write/ }).click()
  await look(page, 'console-scope')
  await page.getByRole('link', { name: 'Delete' }).click()
  await page.getByText('One route of the gateway policy asks for it', { exact: false }).waitFor()
  await press(page, 'Delete reports:write')
  await page.getByRole('status').getByText('The scope is deleted.').waitFor()

  await page.goto(`${server.url}/admin/policies`)
  await look(page, 'console-policies')
  await page.getByRole('link', { name: /Reports/ }).click()
  await look(page, 'console-policy')
  await page.getByRole('link', { name: 'Edit' }).click()
  await look(page, 'console-policy-edit')
  await press(page, 'Save the policy')
  await page.getByRole('alert').getByText('Is not a scope of reports').waitFor()
  await page.getByRole('checkbox', { name: 'reports:write' }).uncheck()
  await press(page, 'Save the policy')
  await page.getByText('Any valid key or token').waitFor()
  await page.getByRole('link', { name: 'Delete' }).click()
  await press(page, 'Delete the policy reports')
  await page.getByText('None', { exact: true }).first().waitFor()
})

test('a tier is made, given, changed, and deleted once nobody has it', async () => {
  const { server } = stage
  const page = await openConsole('tiers')
  await look(page, 'console-tiers')
  await page.getByRole('link', { name: 'New tier' }).click()
  await page.getByLabel('Name').fill('free')
  await press(page, 'Create the tier')
  await page.getByRole('alert').getByText('Is taken by another tier').waitFor()
  await page.getByLabel('Name').fill('gold')
  const limits = page.getByRole('group', { name: 'Limits', exact: true })
  await limits.getByLabel('Calls an hour').fill('')
  await limits.getByLabel('At once').fill('20')
  await press(page, 'Create the tier')
  await page.getByRole('alert').getByText('Is required when the hour is unlimited').waitFor()
  await limits.getByLabel('Refilled per second').fill('10')
  await look(page, 'console-tier-new')
  await press(page, 'Create the tier')
  await page.getByText('10 a second in bursts of 20').waitFor()
  const id = await addOrganization(server, { name: 'Goldfinger' })
  await server.db.organization.update({ where: { id }, data: { tier: 'gold' } })
  await page.reload()
  await page.getByRole('link', { name: 'Delete' }).click()
  await press(page, 'Delete gold')
  await page.getByRole('alert').getByText('still used', { exact: false }).waitFor()
  await server.db.organization.update({ where: { id }, data: { tier: 'free' } })
  await press(page, 'Delete gold')
  await page.getByRole('status').getByText('The tier is deleted.').waitFor()
})
