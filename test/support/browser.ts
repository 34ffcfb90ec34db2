/** A real Chromium for tests: one per test file, a fresh profile for every person in it. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { inject } from 'vitest'

/** No sandbox: its user namespaces need rights that a container lacks, and only our own pages are opened. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A site of another name is one on this machine.
  '--host-resolver-rules=MAP *.example.com 127.0.0.1',
]

/** Close it with `await using`, or in `afterAll`. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: inject('programPaths').chromium, args: flags, headless: true })
}

export interface PageOptions {
  /** CSS pixels; 320 is the narrowest that a page must serve (WCAG 2.2, 1.4.10). */
  width?: number
  colorScheme?: 'light' | 'dark'
  javaScriptEnabled?: boolean
  locale?: string
  /** What else Playwright's context takes, such as `ignoreHTTPSErrors` or `extraHTTPHeaders`. */
  context?: BrowserContextOptions
}

/** Opens a page in a context of its own: no cookie, storage or cache is shared with any other page. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<Page> {
  const { width = 1280, colorScheme = 'light', javaScriptEnabled = true, locale = 'en-GB', context } = options
  const own = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled,
    locale,
    timezoneId: 'UTC',
    ...context,
  })
  return await own.newPage()
}
