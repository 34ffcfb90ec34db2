/** What is looked after seldom and must be found at once: the trail, the signing keys, the settings; and the search for it all. */
import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey, addOrganization } from '../../support/api.ts'
import { addClient, addPerson, type TestPerson } from '../../support/server.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage
let administrator: TestPerson

beforeAll(async () => {
  stage = await openStage({ settings: { KEYS_PER_ORGANIZATION: '42' } })
  administrator = await addPerson(stage.server, { administrator: true, email: 'root@example.com' })
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('settings are changed by who has just signed in, and the trail tells it, follows them and goes into a file', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.goto(`${server.url}/admin/settings`)
  await signIn(page, administrator)
  await page.getByText('KEYS_PER_ORGANIZATION').waitFor()
  // Long after the sign-in it is asked for again, and leads back to the form.
  const longAgo = new Date(server.clock.now().getTime() - 3_600_000)
  await server.db.session.updateMany({ where: { userId: administrator.id }, data: { signedInAt: longAgo } })
  await page.locator('#keys').getByRole('link', { name: 'Change' }).click()
  await signIn(page, administrator)
  await heading(page, 'API keys')
  expect(await page.getByLabel('Keys of one organization').count()).toBe(0)
  await page.getByLabel('Longest life of a secret').fill('100000')
  await press(page, 'Save changes')
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Longest life of a secret').fill('30')
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('The settings are saved', { exact: false }).waitFor()
  await page.getByText('30 days').waitFor()

  await page.getByRole('link', { name: 'Audit trail' }).click()
  const row = page.getByRole('row', { name: /settings.changed/ })
  await row.getByRole('link', { name: 'root@example.com' }).click()
  await page.waitForURL(/actor_id=usr_/)
  await look(page, 'console-audit')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  // To the browser a download is a navigation that ended.
  stage.forgive(`${server.url}/admin/audit/export`)
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
  const events = lines.map((line) => JSON.parse(line) as { actor: { id: string }; type: string })
  expect(new Set(events.map(({ actor }) => actor.id))).toEqual(new Set([administrator.id]))
  expect(events.map(({ type }) => type)).toContain('settings.changed')
  await page.getByRole('link', { name: 'settings.changed' }).click()
  await page.getByText('"key_lifetime_max": 2592000').waitFor()
  await look(page, 'console-audit-event')
})

test('signing keys are rotated in step', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.goto(`${server.url}/admin/signing-keys`)
  await signIn(page, administrator)
  await page.getByRole('link', { name: 'Rotate now' }).click()
  await press(page, 'Rotate the signing keys')
  await page.getByRole('status').getByText('They begin to sign tomorrow.', { exact: false }).waitFor()
  expect(await page.getByRole('row', { name: /Next/ }).count()).toBe(2)
  await look(page, 'console-signing-keys')
})

test('the search finds by what people have at hand, and goes on to what is meant alone', async () => {
  const { server } = stage
  const organizationId = await addOrganization(server, { name: 'Northwind Traders', externalId: 'cus_77' })
  const { id: keyId } = await addApiKey(server, { name: 'Nightly import', organizationId })
  const { hint } = await server.db.apiKeySecret.findFirstOrThrow({ where: { apiKeyId: keyId } })
  const person = await addPerson(server, { email: 'north@example.com' })
  await addClient(server, { client_name: 'Northern lights' })
  const page = await stage.open()
  await page.goto(`${server.url}/admin/search`)
  await signIn(page, administrator)
  const find = async (what: string) => {
    await page.getByRole('searchbox', { name: 'Search' }).fill(what)
    await page.keyboard.press('Enter')
  }
  await find('north')
  await heading(page, 'Search: north')
  for (const found of ['Northwind Traders', 'north@example.com', 'Northern lights']) {
    await page.getByRole('link', { name: found }).waitFor()
  }
  await look(page, 'console-search')
  for (const [what, path] of [
    [`…${hint}`, `/admin/keys/${keyId}`],
    [keyId, `/admin/keys/${keyId}`],
    ['North@Example.com', `/admin/people/${person.id}`],
    ['cus_77', `/admin/organizations/${organizationId}`],
  ] as const) {
    await find(what)
    await page.waitForURL(`${server.url}${path}`)
  }
  await find('nothing is called so')
  await page.getByText('Nothing found').waitFor()
})
