/** One browser, two apps at once: neither loses its place, and both get what is theirs. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addPerson, type TestPerson } from '../support/server.ts'
import { arrive, beginAt, heading, press, signIn } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let sites: { first: Site; second: Site }
let person: TestPerson
let first: Page
let second: Page

beforeAll(async () => {
  stage = await openStage()
  sites = {
    first: await stage.addSite({ metadata: { client_name: 'First App' } }),
    second: await stage.addSite({ metadata: { client_name: 'Second App' } }),
  }
})
beforeEach(async () => {
  person = await addPerson(stage.server)
  first = await stage.open()
  second = await stage.openTab(first)
  await beginAt(first, sites.first)
  await beginAt(second, sites.second)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function allowBoth(): Promise<void> {
  await heading(first, 'First App asks to use your Keygrant account')
  await heading(second, 'Second App asks to use your Keygrant account')
  await press(first, 'Allow')
  await press(second, 'Allow')
  await arrive(first, sites.first)
  await arrive(second, sites.second)
  for (const site of [sites.first, sites.second]) {
    expect(site.last()).toMatchObject({ error: null })
    expect(site.last().tokens?.claims()).toMatchObject({ sub: person.id, aud: site.client.id })
  }
}

test('a second sign-in of the same person takes nothing from the first', async () => {
  await signIn(first, person)
  await heading(first, 'First App asks to use your Keygrant account')
  await second.reload()
  await signIn(second, person)
  await allowBoth()
})

test('a sign-in form that a sign-in in another tab overtook leads on to its app, with nothing lost', async () => {
  await signIn(first, person)
  await heading(first, 'First App asks to use your Keygrant account')
  await signIn(second, person)
  await heading(second, 'This form has expired')
  await look(second, 'form-expired')
  await second.getByRole('link', { name: 'Try again' }).click()
  await allowBoth()
})

test('a consent that was shown to somebody else before is asked of who is signed in now', async () => {
  await signIn(first, person)
  await heading(first, 'First App asks to use your Keygrant account')
  const other = await addPerson(stage.server)
  await second.goto(stage.server.url)
  await press(second, 'Sign out')
  await signIn(second, other)
  await press(first, 'Allow')
  await heading(first, 'This form has expired')
  await first.getByRole('link', { name: 'Try again' }).click()
  await first.getByText(other.email).waitFor()
  await press(first, 'Allow')
  await arrive(first, sites.first)
  expect(sites.first.last().tokens?.claims()?.sub).toBe(other.id)
})
