/** A real Chromium for tests: one for each process that runs them, with a fresh profile for every person. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
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

let chromiumHere: Promise<Browser> | undefined

/** Starts with the first file of this process that asks, and ends with the process: a start costs as much as a test. */
async function runningChromium(): Promise<Browser> {
  const running = await chromiumHere
  if (running?.isConnected() === true) return running
  chromiumHere = chromium.launch({ executablePath: inject('programPaths').chromium, args: flags, headless: true })
  return chromiumHere
}

/** What a test file has of it. */
export interface TestBrowser extends AsyncDisposable {
  newContext(options: BrowserContextOptions): Promise<BrowserContext>
  /** Closes every page of this file, and no other. */
  close(): Promise<void>
}

/** Close it with `await using`, or in `afterAll`. */
export async function openBrowser(): Promise<TestBrowser> {
  const running = await runningChromium()
  const own = new Set<BrowserContext>()
  async function close(): Promise<void> {
    await Promise.all([...own].map((context) => context.close()))
    own.clear()
  }
  return {
    async newContext(options) {
      const context = await running.newContext(options)
      own.add(context)
      return context
    },
    close,
    [Symbol.asyncDispose]: close,
  }
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
export async function openPage(browser: TestBrowser, options: PageOptions = {}): Promise<Page> {
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
