/** A page as it stands, at the widths and in the colours that people have: accessible, whole, and pictured if asked. */
import { mkdir } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible } from './axe.ts'

/** CSS pixels: a desk's, and the least that a page must serve (WCAG 2.2, 1.4.10). */
export const widths = [1280, 320] as const

export interface LookOptions {
  /** Of its pictures. */
  name: string
  /** A test that looks at each page in two languages may give each language one of them. */
  at?: readonly (typeof widths)[number][]
}

/**
 * Fails with what axe finds in either colour scheme at each width, and if a page is wider than the narrowest screen. The
 * dark scheme changes nothing but colours (test/views/contrast.test.ts), so that axe is asked only about them there.
 */
export async function expectToLookRight(page: Page, { name, at = widths }: LookOptions): Promise<void> {
  const before = page.viewportSize()
  for (const width of at) {
    await page.setViewportSize({ width, height: 900 })
    // Without motion the colours change at once.
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await expectAccessible(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, 'colours')
  }
  await expectToFit(page)
  for (const width of picturedWidths) await takePictures(page, name, width)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null })
  if (before) await page.setViewportSize(before)
}

/** Leaves the page at the narrowest width. */
export async function expectToFit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 900 })
  const width = await page.evaluate('document.documentElement.scrollWidth')
  expect(width, `the width of ${page.url()} at 320 pixels`).toBe(320)
}

const screens = new URL('../../test-results/screens/', import.meta.url)

/** Pictures take as long again as all else, so they are taken on request: `SCREENS=1 npm test -- test/browser`. */
const picturedWidths = process.env['SCREENS'] === undefined ? [] : [390, 1280]

async function takePictures(page: Page, name: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = new URL(`${name}.${width}.${colorScheme}.png`, screens).pathname
    await mkdir(new URL('.', `file://${path}`), { recursive: true })
    await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  }
}
