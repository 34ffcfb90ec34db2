/** Usage as people see it: their own against what they may spend, and everybody's with what was refused. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey, addMember, addOrganization } from '../../support/api.ts'
import { addPerson } from '../../support/server.ts'
import { heading, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

/** A day of an organization's key, and a month of it. */
async function addUsage(organizationId: string, keyId: string, calls: number): Promise<void> {
  const hour = Math.floor(stage.server.clock.now().getTime() / 3_600_000) * 3_600_000
  const hours = [...Array(24).keys(), ...Array.from({ length: 28 }, (_, days) => 24 * (days + 1) + 1)]
  await stage.server.db.usage.createMany({
    data: hours.map((ago) => ({
      hour: new Date(hour - ago * 3_600_000),
      kind: 'key',
      credentialId: keyId,
      organizationId,
      allowed: calls + ((ago * 37) % calls),
      limited: ago % 5 === 0 ? Math.ceil(calls / 6) : 0,
      denied: ago % 7 === 0 ? 12 : 1,
      cost: calls,
    })),
  })
}

test('usage is told by hour and by day, of all or of one organization, and whose key it was', async () => {
  const { server } = stage
  const acme = await addOrganization(server, { name: 'Acme' })
  const globex = await addOrganization(server, { name: 'Globex' })
  const person = await addPerson(server)
  await addMember(server, acme, person.id, 'owner')
  const nightly = await addApiKey(server, { organizationId: acme, name: 'Nightly export' })
  const other = await addApiKey(server, { organizationId: globex, name: 'Their key' })
  await server.db.tier.update({
    where: { name: 'free' },
    data: { organizationLimits: { hour: 900, burst: { size: 100 } } },
  })

  const page = await stage.open()
  await page.goto(`${server.url}/account/usage`)
  await signIn(page, person)
  await heading(page, 'Usage')
  await page.getByText('No calls yet').first().waitFor()
  await addUsage(acme, nightly.id, 300)
  await addUsage(globex, other.id, 500)
  await page.getByLabel('Organization', { exact: true }).selectOption('Acme')
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.getByText('may spend in an hour: 900').waitFor()
  await page.locator('#keys').getByRole('link', { name: 'Nightly export' }).waitFor()
  expect(await page.getByText('Their key').count()).toBe(0)
  await look(page, 'account-usage')

  // Somebody else's is as if it weren't there.
  const answer = await page.goto(`${server.url}/account/usage?organization=${globex}`)
  expect(answer?.status()).toBe(404)

  await fetch(`${server.url}/v1/check`)
  const administrator = await stage.open()
  await administrator.goto(`${server.url}/admin/traffic`)
  await signIn(administrator, await addPerson(server, { administrator: true }))
  await heading(administrator, 'Usage')
  await administrator.getByRole('table').getByRole('link', { name: 'Their key' }).waitFor()
  await administrator.getByRole('link', { name: 'No key or token sent' }).waitFor()
  await look(administrator, 'admin-traffic')
  await administrator.getByRole('link', { name: 'Globex' }).click()
  expect(await administrator.getByText('Nightly export').count()).toBe(0)
  expect(await administrator.getByText('Denied, and why').count()).toBe(0)
})
