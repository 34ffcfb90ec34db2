/** The demo in Chromium: every state that a newcomer meets, and the whole way without scripts. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, type TestPerson } from '../support/server.ts'
import { press, signIn } from './person.ts'
import { look, openStage, type Stage } from './stage.ts'

let stage: Stage
let person: TestPerson
let page: Page

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function begin(javaScriptEnabled = true): Promise<void> {
  person = await addPerson(stage.server)
  page = await stage.open({ javaScriptEnabled })
  await page.goto(`${stage.server.url}/demo`)
}

const consentPage = () => page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
/** The page opens where something is new. */
const newest = () => page.locator('#now').innerText()
const result = (title: string) => page.getByRole('heading', { name: title, exact: true, level: 4 }).waitFor()

test('walks from the start to revoked tokens, each state accessible in light and dark', async () => {
  await begin()
  await look(page, 'demo-start')
  await press(page, 'Start the flow')
  await signIn(page, person)
  await consentPage()
  await page.getByRole('checkbox', { name: /^Read your diary/ }).uncheck()
  await press(page, 'Allow')
  await page.waitForURL(`${stage.server.url}/demo#now`)
  expect(await newest()).toMatch('Take the answer')
  await look(page, 'demo-callback')

  await press(page, 'Exchange the code')
  await page.getByRole('heading', { name: 'What the app holds now' }).waitFor()
  expect(await newest()).toMatch('Exchange the code')
  expect(
    await page.getByRole('row', { name: /^scope demo\.notes:read demo\.notes:write What it allows/ }).count(),
  ).toBe(1)
  await look(page, 'demo-exchanged')

  await press(page, 'Refresh')
  await result('Refreshed')
  await look(page, 'demo-refreshed')
  await press(page, 'Userinfo')
  await result('The server said who you are')
  await press(page, 'Introspect')
  await result('The access token holds')
  await press(page, 'Revoke')
  await result('Revoked')
  expect(await newest()).toMatch('Revoked')
  await press(page, 'Introspect')
  await result('The access token doesn’t hold any more')
  await look(page, 'demo-revoked')

  await press(page, 'Start over')
  await page.getByRole('heading', { name: 'Who takes part' }).waitFor()
})

test('tells a refusal kindly, and starts again from there, without scripts', async () => {
  await begin(false)
  await press(page, 'Start the flow')
  await signIn(page, person)
  await consentPage()
  await press(page, 'Cancel')
  await result('You said no')
  await look(page, 'demo-refused')
  await press(page, 'Start again')
  await press(page, 'Allow')
  await press(page, 'Exchange the code')
  await press(page, 'Send the code again')
  await result('The code worked only once')
  await look(page, 'demo-replayed')
})

test('takes nothing from an answer that somebody slipped in', async () => {
  await begin()
  await page.goto(`${stage.server.url}/demo/callback?code=theirs&state=theirs`)
  await page.getByRole('alert').getByText('This answer belongs to somebody else').waitFor()
  await look(page, 'demo-foreign')
  await press(page, 'Start the flow')
  await page.getByLabel('Email address').waitFor()
})
