/** What a browser test plays on: a server of its own and Chromium, and an ear for whatever a browser complains of. */
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openBrowser, openPage, type PageOptions } from '../support/browser.ts'
import { expectToLookRight, sights } from '../support/look.ts'
import {
  addClient,
  startTestServer,
  type TestClient,
  type TestServer,
  type TestServerOptions,
} from '../support/server.ts'
import { openRelyingParty, type RelyingParty, type RelyingPartyOptions } from '../support/relying-party.ts'

export interface Stage extends AsyncDisposable {
  server: TestServer
  /** A page in a browser profile of its own, listened to. */
  open(options?: PageOptions): Promise<Page>
  /** Another page of the same profile, as a second tab is. */
  openTab(page: Page): Promise<Page>
  /** A registered client with a site; closed with the stage. */
  addSite(site?: SiteOptions): Promise<Site>
  /** A navigation to an address that begins so was meant to fail. */
  forgive(address: string): void
  /** After each test: closes the pages and fails with what the browser complained of. */
  clear(): Promise<void>
}

export interface SiteOptions extends RelyingPartyOptions {
  metadata?: Record<string, unknown>
  attributes?: Record<string, unknown>
}

export type Site = RelyingParty & { client: TestClient }

export async function openStage(serverOptions: TestServerOptions = {}): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const [server, browser] = await Promise.all([startTestServer(serverOptions), openBrowser()])
  opening.use(server)
  opening.use(browser)
  const complaints: { url: string; text: string }[] = []
  const contexts = new Set<BrowserContext>()
  const sites = opening.use(new AsyncDisposableStack())
  const open = opening.move()

  function attend(page: Page): Page {
    page.on('console', (message) => {
      // An answer with a status from 400 up is logged, too; tests look at those themselves.
      const answered = message.text().startsWith('Failed to load resource: the server responded with a status')
      if (message.type() === 'error' && !answered) complaints.push({ url: page.url(), text: message.text() })
    })
    page.on('pageerror', (error) => complaints.push({ url: page.url(), text: error.message }))
    page.on('requestfailed', (request) => {
      if (!request.isNavigationRequest()) return
      complaints.push({ url: request.url(), text: request.failure()?.errorText ?? 'failed' })
    })
    return page
  }

  return {
    server,
    async open(pageOptions) {
      const page = attend(await openPage(browser, pageOptions))
      contexts.add(page.context())
      return page
    },
    async openTab(page) {
      return attend(await page.context().newPage())
    },
    async addSite({ metadata, attributes, ...options } = {}) {
      const site = sites.use(await openRelyingParty(options))
      const client = await addClient(
        server,
        { redirect_uris: [site.redirectUri], post_logout_redirect_uris: [site.postLogoutRedirectUri], ...metadata },
        attributes,
      )
      await site.join(server, client)
      return Object.assign(site, { client })
    },
    forgive(address) {
      const last = complaints.findLastIndex(({ url }) => url.startsWith(address))
      expect(last, `a navigation to ${address} failed`).not.toBe(-1)
      complaints.splice(last, 1)
    },
    async clear() {
      const heard = [...complaints]
      for (const context of contexts) await context.close()
      contexts.clear()
      complaints.length = 0
      expect(heard).toEqual([])
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** A page as it stands, where there is least room. What it is made of is looked at wide and in the dark, too, in test/views/look. */
export const look = (page: Page, name: string): Promise<void> =>
  expectToLookRight(page, { name, as: [sights.narrow], question: 'structure' })
