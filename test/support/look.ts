/** A page as it stands, at the widths and in the colours that people have: accessible, whole, and pictured if asked. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible } from './axe.ts'

/** How somebody sees a page. The widths are CSS pixels: a desk's, and the least that a page must serve (WCAG 2.2, 1.4.10). */
export interface Sight {
  width: 1280 | 320
  scheme: 'light' | 'dark'
}

/** Wide in the dark, narrow in the light: each width and each scheme once. */
export const sights = {
  wide: { width: 1280, scheme: 'dark' },
  narrow: { width: 320, scheme: 'light' },
} as const satisfies Record<string, Sight>

export interface LookOptions {
  /** Of its pictures. */
  name: string
  as: readonly Sight[]
  /** 'structure' where the page is made of parts whose colours have been asked about: half of axe's time goes into them. */
  question?: 'everything' | 'structure'
}

/**
 * Fails with what axe finds, and if a page is wider than the narrowest screen. With `SCREENS=1` it is thorough: everything
 * about every sight, and a picture of each at 390 and 1280 pixels.
 */
export async function expectToLookRight(page: Page, options: LookOptions): Promise<void> {
  const before = page.viewportSize()
  const as = thorough ? everySight : options.as
  for (const { width, scheme: colorScheme } of as) {
    await page.setViewportSize({ width, height: 900 })
    // Without motion the colours change at once.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expectAccessible(page, thorough ? 'everything' : options.question)
  }
  await expectToFit(page)
  if (thorough) for (const width of [390, 1280]) await takePictures(page, options.name, width)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
  if (before) await page.setViewportSize(before)
}

/** On request, since it takes several times as long as all else: `SCREENS=1 npm test -- test/browser test/views/look`. */
const thorough = process.env['SCREENS'] !== undefined

const everySight: readonly Sight[] = ([1280, 320] as const).flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
)

/** Leaves the page at the narrowest width. */
export async function expectToFit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 900 })
  const width = await page.evaluate('document.documentElement.scrollWidth')
  expect(width, `the width of ${page.url()} at 320 pixels`).toBe(320)
}

const screens = new URL('../../test-results/screens/', import.meta.url)

async function takePictures(page: Page, name: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = new URL(`${name}.${width}.${colorScheme}.png`, screens).pathname
    await mkdir(new URL('.', `file://${path}`), { recursive: true })
    await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  }
}
