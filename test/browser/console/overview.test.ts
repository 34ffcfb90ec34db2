/** The console's first page: a new platform's first steps tick themselves off, and a running one shows what needs somebody. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey, addOrganization, call } from '../../support/api.ts'
import { addPerson, addResources, reportsIdentifier, type TestPerson } from '../../support/server.ts'
import { heading, signIn, through } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

const day = 86_400_000
let stage: Stage
let administrator: TestPerson

beforeAll(async () => {
  stage = await openStage()
  administrator = await addPerson(stage.server, { administrator: true })
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('first steps are ticked by what there is, the page waits for the first check, and they go once all are taken', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.clock.install()
  await page.goto(`${server.url}/admin`)
  await through(page, signIn(page, administrator))
  // To somebody who doesn't ask for it, a sign-in leads to the account.
  await page.goto(`${server.url}/admin`)
  await heading(page, 'Overview')
  await page.getByRole('link', { name: 'Add an API' }).waitFor()
  await look(page, 'console-new')

  await addResources(server)
  await expect
    .poll(async () => {
      await page.reload()
      return page.getByRole('link', { name: 'Make a key' }).count()
    })
    .toBe(1)
  const { key } = await addApiKey(server, { scopes: ['reports:read'] })
  await page.reload()
  const example = await page.locator('.snippet-code').innerText()
  expect(example).toContain(`${server.url}/v1/check?${new URLSearchParams({ resource: reportsIdentifier }).toString()}`)
  await look(page, 'console-first-steps')

  const address = /'(?<address>http[^']+\/v1\/check[^']+)'/.exec(example)?.groups?.['address'] ?? ''
  const asked = await fetch(address, { headers: { authorization: `Bearer ${key}` } })
  expect(asked.headers.get('x-auth-code')).toBe('valid')
  await page.clock.fastForward(3_000)
  await page.getByRole('link', { name: 'Write a policy' }).waitFor()

  const routes = [{ match: 'GET /reports', scopes: ['reports:read'] }]
  await server.db.policy.create({
    data: { name: 'reports', routes, resource: { connect: { identifier: reportsIdentifier } } },
  })
  await page.reload()
  await page.getByText('auth_request /_keygrant').first().waitFor()
  await look(page, 'console-first-steps-gateway')
  await server.db.usage.create({
    data: { hour: server.clock.now(), kind: 'key', credentialId: 'key_x', route: 'reports GET /reports' },
  })
  await page.clock.fastForward(3_000)
  await page.getByRole('heading', { name: 'First steps' }).waitFor({ state: 'detached' })
  await page.reload()
  expect(await page.getByRole('heading', { name: 'First steps' }).count()).toBe(0)
})

test('who runs the platform sees traffic, keys in use that end soon, exposed ones, failing webhooks and how the server is', async () => {
  const { server } = stage
  const now = server.clock.now()
  const acme = await addOrganization(server, { name: 'Acme Logistics' })
  const used = { lastUsedAt: new Date(now.getTime() - day) }
  const soon = { organizationId: acme, expiresAt: new Date(now.getTime() + 3 * day), secret: used }
  await addApiKey(server, { ...soon, name: 'Nightly export' })
  await addApiKey(server, { ...soon, name: 'Forgotten', secret: {} })
  await addApiKey(server, { ...soon, name: 'Long-lived', expiresAt: new Date(now.getTime() + 60 * day) })
  await addApiKey(server, { organizationId: acme, name: 'In a repository', exposedAt: now, exposedReason: 'leaked' })
  await server.db.webhookEndpoint.create({
    data: {
      id: 'whk_failing',
      organizationId: acme,
      name: 'Billing',
      url: 'https://hooks.example.com/secret-path',
      secretSealed: Buffer.from('x'),
      failingSince: new Date(now.getTime() - day),
    },
  })
  await server.db.usage.createMany({
    data: Array.from({ length: 20 }, (_, hours) => ({
      hour: new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000 - hours * 3_600_000),
      kind: 'key',
      credentialId: 'key_y',
      allowed: 900 + 40 * ((hours * 7) % 11),
      limited: hours % 5 === 0 ? 60 : 0,
      denied: hours % 3,
    })),
  })
  expect(await call(server.url, 'GET', '/v1/check')).toMatchObject({ status: 401 })

  const page = await stage.open()
  await page.goto(`${server.url}/admin`)
  await through(page, signIn(page, administrator))
  await page.goto(`${server.url}/admin`)
  await heading(page, 'Overview')
  const ending = page.getByRole('region', { name: 'Keys in use that end soon' })
  expect(await ending.getByRole('row').count()).toBe(2)
  await ending.getByRole('row', { name: /Nightly export.*Acme Logistics/ }).waitFor()
  await page.getByRole('region', { name: 'Exposed keys' }).getByText('In a repository').waitFor()
  await page.getByRole('region', { name: 'Failing webhooks' }).getByText('hooks.example.com').waitFor()
  expect(await page.content()).not.toContain('secret-path')
  await page.getByRole('region', { name: 'Why calls were refused' }).getByText('missing').waitFor()
  await look(page, 'console-overview')

  await page.getByRole('link', { name: 'Health' }).first().click()
  await heading(page, 'Health')
  await page.getByText(/PostgreSQL \d+/).waitFor()
  await page.getByText(/Keygrant \d+\.\d+/).waitFor()
  const said = await page.content()
  for (const secret of [server.config.database.url, ...server.config.secretKeys]) {
    if (secret) expect(said).not.toContain(secret)
  }
  await look(page, 'console-health')
})
