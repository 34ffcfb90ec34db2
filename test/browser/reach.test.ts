/** Pages for everybody: narrow screens, both colour schemes, a keyboard and nothing else, less motion, strong contrast. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectAccessible } from '../support/axe.ts'
import { addPerson, addResources, type TestPerson } from '../support/server.ts'
import { arrive, beginAt, heading, press, signIn } from './person.ts'
import { openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let site: Site
let person: TestPerson

const everything = { scope: 'openid profile email offline_access reports:read reports:write', prompt: 'consent' }

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
  site = await stage.addSite({
    metadata: {
      client_name: 'The Extraordinarily Long-Named Internationalization Dashboard',
      client_uri: 'https://a-rather-long-host-name.example.com/',
      policy_uri: 'https://a-rather-long-host-name.example.com/privacy',
      contacts: ['customer-support-department@a-rather-long-host-name.example.com'],
    },
  })
})
beforeEach(async () => {
  person = await addPerson(stage.server, {
    email: `somebody.with.an.address.longer.than.most.${crypto.randomUUID().slice(0, 8)}@mail.a-rather-long-host-name.example.com`,
  })
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

describe.each(['light', 'dark'] as const)('at 320 pixels in the %s', (colorScheme) => {
  test('sign-in, consent and connected apps are whole, accessible and never scroll sideways', async () => {
    const page = await stage.open({ width: 320, colorScheme })
    const check = async () => {
      await expectAccessible(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
      expect(await page.evaluate(beyondTheEdge)).toEqual([])
    }
    await beginAt(page, site, everything)
    await check()
    await signIn(page, { ...person, password: 'not the password at all' })
    await page.getByRole('alert').waitFor()
    await check()
    await signIn(page, person)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await check()
    await press(page, 'Allow')
    await arrive(page, site)
    await page.goto(`${stage.server.url}/account/connected-apps`)
    await check()
    await page.getByRole('link', { name: 'Disconnect' }).click()
    await check()
  })
})

/** Elements that stand out of the screen, by their source. */
function beyondTheEdge(): string[] {
  return [...document.body.querySelectorAll('*')]
    .filter((element) => !element.closest('.visually-hidden, .skip, svg') && element.getClientRects().length > 0)
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      return left < -0.5 || right > innerWidth + 0.5
    })
    .map((element) => element.outerHTML.slice(0, 120))
}

/** What has the focus, whether that can be seen, and whether it is on the screen; null for the page as a whole. */
function focused(): { what: string; seen: boolean; shown: boolean } | null {
  const element = document.activeElement
  if (!element || element === document.body) return null
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
  const { top, bottom } = element.getBoundingClientRect()
  const said = (element as HTMLInputElement).labels?.[0] ?? element
  return {
    what: said.textContent.trim().replaceAll(/\s+/g, ' '),
    seen: (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none',
    shown: top >= 0 && bottom <= innerHeight,
  }
}

/** All stops of the Tab key, from the first. Each must be on the screen, and seen to have the focus. */
async function tabThrough(page: Page): Promise<string[]> {
  const next = async () => {
    await page.keyboard.press('Tab')
    return page.evaluate(focused)
  }
  // Wherever the focus is now: after the last stop it leaves the page, and comes in again at the first.
  while ((await next()) !== null);
  const stops: string[] = []
  for (let stop = await next(); stop !== null; stop = await next()) {
    expect(stop).toEqual({ what: stop.what, seen: true, shown: true })
    stops.push(stop.what)
  }
  return stops
}

const inOrder = (stops: string[], names: RegExp[]) => names.map((name) => stops.findIndex((stop) => name.test(stop)))

test('a keyboard alone goes from the app through a mistake, sign-in and consent back to the app', async () => {
  const page = await stage.open()
  const type = (words: string) => page.keyboard.insertText(words)
  const tabTo = async (name: RegExp) => {
    for (let step = 0; step < 60; step++) {
      if (name.test((await page.evaluate(focused))?.what ?? '')) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`the Tab key doesn't reach ${name}`)
  }
  await beginAt(page, site, everything)
  await heading(page, 'Sign in')
  // The first field has the focus already.
  await type(person.email)
  await tabTo(/^Password$/)
  await type('not the password at all')
  await page.keyboard.press('Enter')

  await page.getByRole('alert').waitFor()
  await expect(page.locator(':focus').getAttribute('role')).resolves.toBe('alert')
  await tabTo(/^Password$/)
  await type(person.password)
  await page.keyboard.press('Enter')

  await page.getByRole('button', { name: 'Allow' }).waitFor()
  await tabTo(/^Change your reports/)
  await page.keyboard.press('Space')
  await expect(page.getByRole('checkbox', { name: /^Change your reports/ }).isChecked()).resolves.toBe(false)
  // Enter on a tick must not be taken for an answer.
  await page.keyboard.press('Enter')
  await tabTo(/^Allow$/)
  await page.keyboard.press('Enter')
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read')
})

test('the Tab key reaches everything in the order of reading, and the focus is always seen', async () => {
  const page = await stage.open()
  await beginAt(page, site, everything)
  await heading(page, 'Sign in')
  const signInStops = await tabThrough(page)
  const fields = inOrder(signInStops, [
    /^K?\s*Keygrant/,
    /^Email/,
    /^Forgot/,
    /^Password$/,
    /^Show$/,
    /^Sign in$/,
    /^Create/,
    /^support@/,
  ])
  expect(fields).toEqual(fields.toSorted((a, b) => a - b))
  expect(fields).not.toContain(-1)

  await signIn(page, person)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  const consentStops = await tabThrough(page)
  const asked = inOrder(consentStops, [
    /^K?\s*Keygrant/,
    /^Website/,
    /^customer-support/,
    /^Privacy/,
    /^Use another account/,
    /^Change your reports/,
    /^Connected apps/,
    /^Cancel/,
    /^Allow/,
    /^support@/,
  ])
  expect(asked).toEqual(asked.toSorted((a, b) => a - b))
  expect(asked).not.toContain(-1)
})

test('nothing moves for those who want less motion', async () => {
  const page = await stage.open({ context: { reducedMotion: 'reduce' } })
  const moving = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element)
          return animationName !== 'none' || transitionDuration.split(',').some((time) => parseFloat(time) > 0)
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    )
  await beginAt(page, site, everything)
  expect(await moving()).toEqual([])
  await signIn(page, person)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  expect(await moving()).toEqual([])
})

test('buttons and ticks keep an edge where the system chooses the colours', async () => {
  const page = await stage.open({ context: { forcedColors: 'active' } })
  await beginAt(page, site, everything)
  await signIn(page, person)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  const edges = await page
    .locator('.choices .button')
    .evaluateAll((buttons) =>
      buttons
        .map((button) => getComputedStyle(button))
        .map(({ borderStyle, borderWidth }) => `${borderStyle} ${borderWidth}`),
    )
  expect(edges).toEqual(['solid 1px', 'solid 1px'])
  const tick = page.getByRole('checkbox', { name: /^Change your reports/ })
  expect(await tick.evaluate((element) => getComputedStyle(element).appearance)).toBe('auto')
})
