/** A webhook, from its making to its end, with a receiver that answers now well and now badly; and as the platform sees it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { catalogues } from '../../../src/http/messages.ts'
import { webhookTypes } from '../../../src/webhooks/webhook.ts'
import { addPerson } from '../../support/server.ts'
import { openReceiver, type Receiver } from '../../webhooks/receiver.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage
let receiver: Receiver

beforeAll(async () => {
  stage = await openStage()
  receiver = await openReceiver()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

test('every type of event has its words', () => {
  expect(webhookTypes.filter((type) => !(`webhook.type.${type}` in catalogues.en))).toEqual([])
})

test('a webhook is made, tried, replayed, given a new secret, disabled and deleted', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.goto(`${server.url}/account/webhooks`)
  await signIn(page, await addPerson(server))
  await page.getByText('No webhooks yet').waitFor()
  await page.getByRole('link', { name: 'New webhook' }).click()
  await page.getByLabel('Name').fill('Our chat')
  await page.getByLabel('Address').fill('http://10.0.0.1/hook')
  await press(page, 'Create webhook')
  await page.getByRole('alert').getByText('Must be an https URL').waitFor()
  await page.getByLabel('Address').fill(receiver.url)
  await page.getByRole('checkbox', { name: /^api_key\.expiring/ }).check()
  await look(page, 'account-webhook-new')
  await press(page, 'Create webhook')
  await heading(page, 'Our chat is ready')
  await look(page, 'account-webhook-made')
  const first = await page.locator('#once-value').innerText()
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await page.getByText('Nothing sent yet').waitFor()

  await press(page, 'Send a test')
  await heading(page, 'webhook.test')
  // The page tells by itself when it has arrived.
  await page.getByText('Answered 204').waitFor()
  expect(receiver.received.map((one) => one.verified(first).type)).toEqual(['webhook.test'])
  await look(page, 'account-delivery')
  // Often enough that no attempt of the next minutes goes well.
  for (let n = 0; n < 3; n++) receiver.answers.push({ status: 500, body: 'out of order' })
  await press(page, 'Send again')
  await page.getByText('Answered 500').waitFor()
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByLabel('Status').selectOption('Failed')
  await press(page, 'Filter')
  await page.getByText('Nothing sent yet').waitFor()
  await page.getByRole('link', { name: 'Show all' }).click()
  await page.getByRole('link', { name: 'webhook.test' }).waitFor()

  await page.getByRole('link', { name: 'Overview' }).last().click()
  await page.getByText('Nothing has come through since').waitFor()
  await look(page, 'account-webhook-failing')
  await page.getByRole('link', { name: 'New secret' }).click()
  await press(page, 'Create the new secret')
  await heading(page, 'Our chat has a new secret')
  const second = await page.locator('#once-value').innerText()
  expect(second).not.toBe(first)
  await page.getByText('every call is signed with both').waitFor()
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await page.getByText('Old secret signs, too').waitFor()
  await press(page, 'Disable')
  await page.getByRole('status').getByText('Nothing is sent to it from now on.').waitFor()
  expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0)
  await press(page, 'Enable')
  await page.getByRole('link', { name: 'Webhooks' }).first().click()
  await look(page, 'account-webhooks')
  await page.getByRole('link', { name: 'Our chat' }).click()

  const administrator = await stage.open()
  await administrator.goto(page.url().replace('/account/', '/admin/'))
  await signIn(administrator, await addPerson(server, { administrator: true }))
  await administrator.getByRole('link', { name: 'webhook.test' }).click()
  await administrator.getByText('out of order').first().waitFor()

  await page.getByRole('link', { name: 'Delete' }).click()
  await heading(page, 'Delete Our chat?')
  await press(page, 'Delete Our chat')
  await page.getByText('No webhooks yet').waitFor()
})
