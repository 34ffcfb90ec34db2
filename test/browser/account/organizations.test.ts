/** An organization's people and service accounts, as an owner looks after them, and as the platform does. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addMember, addOrganization } from '../../support/api.ts'
import { addPerson } from '../../support/server.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('an owner invites, gives another role, removes, makes a service account and stops it', async () => {
  const { server } = stage
  const id = await addOrganization(server, { name: 'Acme', externalId: 'cust_8812' })
  const owner = await addPerson(server, { name: 'Olga Owner' })
  const member = await addPerson(server, { name: 'Mia Member' })
  await addMember(server, id, owner.id, 'owner')
  await addMember(server, id, member.id)
  const page = await stage.open()
  await page.goto(`${server.url}/account/organizations`)
  await signIn(page, owner)
  await heading(page, 'Organizations')
  await page.getByRole('link', { name: 'Personal' }).waitFor()
  await page.getByRole('link', { name: 'Acme' }).click()
  await heading(page, 'Acme')
  await page.getByText('1,000 for each key').waitFor()
  await look(page, 'account-organization')

  await page.getByRole('link', { name: 'Members' }).click()
  await page.getByText('No open invitations').waitFor()
  await page.getByRole('link', { name: 'Invite' }).click()
  await page.getByLabel('Email address').fill('zoe@example.com')
  await page.getByRole('radio', { name: /^Admin/ }).check()
  await press(page, 'Send invitation')
  await page.getByRole('status').getByText('The invitation is on its way.').waitFor()
  await look(page, 'account-organization-members')
  await press(page, 'Send again')
  await page.getByRole('status').getByText('The invitation is on its way.').waitFor()
  expect(await page.getByRole('button', { name: 'Withdraw' }).count()).toBe(1)
  await press(page, 'Withdraw')
  await page.getByText('No open invitations').waitFor()

  await page
    .getByRole('row', { name: /Mia Member/ })
    .getByRole('link', { name: 'Change' })
    .click()
  await heading(page, 'Mia Member')
  await page.getByRole('radio', { name: /^Admin/ }).check()
  await look(page, 'account-organization-member')
  await press(page, 'Save changes')
  await page
    .getByRole('row', { name: /Mia Member.*Admin/ })
    .getByRole('link', { name: 'Change' })
    .click()
  await page.getByRole('link', { name: 'Remove member' }).click()
  await heading(page, 'Remove Mia Member from Acme?')
  await press(page, 'Remove Mia Member')
  await page.getByRole('status').getByText('The member is removed.').waitFor()
  expect(await page.getByText('Mia Member').count()).toBe(0)

  await page.getByRole('link', { name: 'Service accounts' }).click()
  await page.getByRole('link', { name: 'New service account' }).click()
  await page.getByLabel('Name').fill('Nightly export')
  await press(page, 'Create service account')
  await heading(page, 'Nightly export')
  await look(page, 'account-service-account')
  await press(page, 'Disable')
  await page.getByRole('status').getByText('Its keys are refused from now on.').waitFor()
  await press(page, 'Enable')
  await page.getByRole('link', { name: 'Delete service account' }).click()
  await press(page, 'Delete Nightly export')
  await page.getByText('No service accounts').waitFor()

  // Whoever is the last owner is told why they can't go.
  await addMember(server, id, member.id)
  await page.getByRole('link', { name: 'Overview' }).last().click()
  await page.getByRole('link', { name: 'Leave' }).click()
  await press(page, 'Leave Acme')
  await page.getByRole('alert').getByText('An organization keeps an owner').waitFor()
  await server.db.membership.updateMany({ where: { organizationId: id, userId: member.id }, data: { role: 'owner' } })
  await press(page, 'Leave Acme')
  await page.getByRole('status').getByText('You have left the organization.').waitFor()
  expect(await page.getByText('Acme').count()).toBe(0)
})

test('the platform makes a customer, finds it by its own id, gives it a tier and deletes it', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.goto(`${server.url}/admin/organizations/new`)
  await signIn(page, await addPerson(server, { administrator: true }))
  await heading(page, 'New organization')
  await page.getByLabel('Name', { exact: true }).fill('Globex')
  await page.getByLabel('External ID').fill('cust_4711')
  await page.getByLabel('Metadata').fill('{ "plan": ')
  await press(page, 'Create organization')
  await page.getByRole('alert').getByText('This is no JSON').waitFor()
  await page.getByLabel('Metadata').fill('{ "plan": "gold" }')
  await look(page, 'admin-organization-new')
  await press(page, 'Create organization')
  await heading(page, 'Globex')

  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Tier').selectOption('pro')
  await press(page, 'Save changes')
  await page.getByText('10,000 for each key').waitFor()
  await page.getByRole('link', { name: 'Apps and clients' }).last().click()
  await page.getByText('No apps or clients').waitFor()

  await page.getByRole('link', { name: 'Organizations' }).first().click()
  await page.getByLabel('Name or external ID').fill('cust_4711')
  await press(page, 'Filter')
  expect(await page.locator('tbody tr').count()).toBe(1)
  await look(page, 'admin-organizations')
  await page.getByRole('link', { name: 'Globex' }).click()
  await page.getByRole('link', { name: 'Delete organization' }).click()
  await heading(page, 'Delete Globex?')
  await press(page, 'Delete Globex')
  await page.getByRole('status').getByText('The organization is deleted.').waitFor()
})
