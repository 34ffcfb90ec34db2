/** What a person does on the pages: finds fields by their labels and buttons by their words. */
import type { Page } from 'playwright-core'
import type { TestPerson } from '../support/server.ts'
import type { Site } from './stage.ts'

/** Opens the app's site and follows its link. Ends at whatever page comes then. */
export async function beginAt(page: Page, site: Site, parameters: Record<string, string> = {}): Promise<void> {
  await page.goto(site.page(parameters))
  await page.getByRole('link', { name: 'Sign in' }).click()
}

export async function signIn(page: Page, { email, password }: Pick<TestPerson, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** By the menu that every page of the account has. */
export async function signOut(page: Page): Promise<void> {
  await page.locator('summary.menu-button').click()
  await page.locator('.menu-list').getByRole('button', { name: 'Sign out' }).click()
}

/** At the app's callback, or wherever its site sent the browser on to. */
export async function arrive(page: Page, site: Site): Promise<void> {
  await page.waitForURL((url) => url.origin === site.origin && url.pathname === '/callback')
}

/** From the app's site to its callback: signs in where it is asked, and allows what is asked. */
export async function goThrough(
  page: Page,
  site: Site,
  person: TestPerson,
  parameters: Record<string, string> = {},
): Promise<void> {
  await beginAt(page, site, parameters)
  await signIn(page, person)
  await press(page, 'Allow')
  await arrive(page, site)
}

/** Waits for the page with this heading. */
export async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
}

/** Waits for the page that comes of it: whoever goes elsewhere before that takes the form back. */
export async function through(page: Page, work: Promise<void>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), work])
}
