/** The heart of it in Chromium: a person signs in, is asked what an app may do, answers, and the app gets exactly that. */
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, addResources, reportsIdentifier, type TestPerson } from '../support/server.ts'
import { arrive, beginAt, press, signIn } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let site: Site
let person: TestPerson
let page: Page

const reports = { scope: 'openid profile email reports:read reports:write' }

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
  site = await stage.addSite()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

/** Somebody new at a site of this file, signed in on the way. */
async function beginSignedIn(parameters: Record<string, string>, at: Site = site): Promise<void> {
  person = await addPerson(stage.server)
  page = await stage.open()
  await beginAt(page, at, parameters)
  await signIn(page, person)
}

const consentPage = () => page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
const tick = (name: string) => page.getByRole('checkbox', { name: new RegExp(`^${name}`) })

test('signs in, consents, and the app gets its tokens; the second time nothing is asked', async () => {
  person = await addPerson(stage.server)
  page = await stage.open()
  await beginAt(page, site, reports)
  await look(page, 'sign-in')
  await signIn(page, person)
  await consentPage()
  await look(page, 'consent')
  await press(page, 'Allow')
  await arrive(page, site)
  expect(decodeJwt(site.last().tokens?.access_token ?? '')).toMatchObject({
    sub: person.id,
    aud: reportsIdentifier,
    scope: 'reports:read reports:write',
  })

  await beginAt(page, site, reports)
  await arrive(page, site)
  expect(site.arrivals.filter(({ tokens }) => tokens?.claims()?.sub === person.id)).toHaveLength(2)
})

test('says in this order: who asks and where it leads, as whom, what, how long, where to undo it, and two equal buttons', async () => {
  await beginSignedIn(reports)
  await consentPage()
  const said = (await page.getByRole('main').innerText()).replaceAll(/\s+/g, ' ')
  const order = [
    'ACME Dashboard asks',
    `127.0.0.1:${new URL(site.origin).port}`,
    'Not verified by Keygrant',
    person.email,
    'Use another account',
    'Who you are',
    'See your reports',
    'Change your reports',
    'only while you are signed in here',
    'Connected apps',
  ]
  const places = order.map((words) => said.indexOf(words))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
  expect(said).toMatch(/Cancel Allow$/)
})

test('refusing returns access_denied to the app, and the next time it asks again', async () => {
  await beginSignedIn({})
  await press(page, 'Cancel')
  await arrive(page, site)
  expect(site.last()).toMatchObject({ tokens: null, error: 'access_denied' })
  await beginAt(page, site)
  await consentPage()
})

test('what is left out is not granted, is told to the app, is not asked again, and can be added later', async () => {
  await beginSignedIn(reports)
  await tick('Change your reports').uncheck()
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read')

  await beginAt(page, site, reports)
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read')

  await beginAt(page, site, { ...reports, prompt: 'consent' })
  await consentPage()
  expect(await tick('Change your reports').isChecked()).toBe(false)
  await look(page, 'consent-again')
  await tick('Change your reports').check()
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read reports:write')
})

test('an address that is left out stays unknown to the app, in the ID token as at userinfo', async () => {
  await beginSignedIn({ scope: 'openid profile email' })
  await tick('See your email address').uncheck()
  await press(page, 'Allow')
  await arrive(page, site)
  const { tokens } = site.last()
  expect(tokens?.scope).toBe('openid profile')
  const { configuration } = await site.join(stage.server, site.client)
  const told = await oidc.fetchUserInfo(configuration, tokens?.access_token ?? '', person.id)
  expect(told).toMatchObject({ sub: person.id, name: 'Ann Example' })
  expect({ ...tokens?.claims(), ...told }).not.toHaveProperty('email')
})

test('asks again when more is asked for, and shows what was allowed before', async () => {
  await beginSignedIn({ scope: 'openid reports:read' })
  await press(page, 'Allow')
  await arrive(page, site)
  await beginAt(page, site, { scope: 'openid reports:read reports:write' })
  await consentPage()
  await expect(page.getByRole('listitem').filter({ hasText: 'See your reports' }).innerText()).resolves.toContain(
    'Allowed before',
  )
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read reports:write')
})

test('says until when it holds while the person is away', async () => {
  await beginSignedIn({ scope: 'openid offline_access reports:read', prompt: 'consent' })
  const until = new Date(Date.now() + 90 * 86_400_000)
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(until)
  await page.getByText(`It can do this while you are away, until ${day}.`).waitFor()
  await look(page, 'consent-offline')
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.refresh_token).toBeDefined()
})

test('lets somebody else take over at the consent page, and the app gets that person', async () => {
  await beginSignedIn({ scope: 'openid email' })
  const other = await addPerson(stage.server)
  await press(page, 'Use another account')
  await signIn(page, other)
  await page.getByText(other.email).waitFor()
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.claims()?.sub).toBe(other.id)
})

test('a client whose identity is not assured is asked about each time', async () => {
  const open = await stage.addSite({ metadata: { token_endpoint_auth_method: 'none' } })
  await beginSignedIn({}, open)
  await page.getByText('Not verified by Keygrant').waitFor()
  await press(page, 'Allow')
  await arrive(page, open)
  await beginAt(page, open)
  await consentPage()
})

test('names the contact, privacy and terms of an app, and that the platform has verified it', async () => {
  const known = await stage.addSite({
    metadata: {
      client_name: 'Ledgerline',
      client_uri: 'https://ledgerline.example/',
      policy_uri: 'https://ledgerline.example/privacy',
      tos_uri: 'https://ledgerline.example/terms',
      contacts: ['help@ledgerline.example'],
    },
    attributes: { verified: true },
  })
  await beginSignedIn(reports, known)
  await page.getByText('Verified by Keygrant').waitFor()
  const address = (name: string) => page.getByRole('link', { name }).getAttribute('href')
  expect(await address('help@ledgerline.example')).toBe('mailto:help@ledgerline.example')
  expect(await address('Privacy')).toBe('https://ledgerline.example/privacy')
  expect(await address('Terms')).toBe('https://ledgerline.example/terms')
  await look(page, 'consent-verified')
})

test('signs in at an app that was allowed before, and goes straight to it', async () => {
  await beginSignedIn({})
  await press(page, 'Allow')
  await arrive(page, site)
  page = await stage.open()
  await beginAt(page, site)
  await signIn(page, person)
  await arrive(page, site)
  expect(site.last().error).toBe(null)
})

test('asks for a new sign-in of somebody who is signed in when the app wants one (prompt=login)', async () => {
  await beginSignedIn({})
  await press(page, 'Allow')
  await arrive(page, site)
  // A sign-in of the same second would do: the times of tokens have no finer one.
  const second = Math.floor(Date.now() / 1000)
  await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 10_000 }).toBeGreaterThan(second)
  await beginAt(page, site, { prompt: 'login' })
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.getByLabel('Email address').inputValue()).toBe(person.email)
  await signIn(page, person)
  await arrive(page, site)
  expect(site.last().error).toBe(null)
})
