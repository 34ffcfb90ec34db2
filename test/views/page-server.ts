/** Serves every sample as a page: `/<language>/<page>/<sample>`, with the real assets and the real headers. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { assets } from '../../src/http/assets.ts'
import { contentSecurityPolicy } from '../../src/http/entrance.ts'
import type { Locale } from '../../src/http/messages.ts'
import type { PageName } from '../../src/http/page-models.ts'
import { createViews } from '../../src/http/views.ts'
import { pages, type SamplePages } from './samples.ts'
import { person, platform, visitor } from './samples/visitor.ts'

export interface PageServer {
  url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** What makes a page leave by itself: without it, it stays long enough to be looked at. */
const departure = /<meta http-equiv="refresh".*?>|<script .*?submit-now.*?<\/script>/

export async function servePages(served: SamplePages = pages): Promise<PageServer> {
  const views = createViews({ platform, mode: 'development' })
  const app = new Koa()
  app.use(assets())
  app.use(async (ctx) => {
    const [, locale, page, sample] = ctx.path.split('/')
    const found = served[page ?? '']?.[sample ?? '']
    if (!found) return
    const model: unknown = typeof found === 'function' ? await found(locale as Locale) : found
    const shared = {
      ...(/^docs$/.test(page ?? '') ? person : visitor),
      locale: locale as Locale,
      path: ctx.path,
    }
    ctx.set('content-security-policy', contentSecurityPolicy)
    ctx.type = 'html'
    ctx.body = views.render(page as PageName, model as never, shared).replace(departure, '')
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
