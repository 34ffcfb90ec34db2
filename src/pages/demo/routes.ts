/** The routes of the demo: a page that shows how far the flow is, the callback, and a POST for each button. */
import type { CookieRules } from '../../http/cookies.ts'
import type { Page, PageRoute } from '../../http/pages.ts'
import type { Clock } from '../../platform/clock.ts'
import { beginFlow } from './ask.ts'
import { receive } from './callback.ts'
import { callbackPath, type Demo } from './demo.ts'
import { exchangeCode, type Parts } from './exchange.ts'
import { useKinds, type Flow } from './flow.ts'
import { createSend, type Listener } from './http.ts'
import { demoPage, type Notice } from './page.ts'
import { abandon, uses } from './use.ts'
import { createVisitors, type Visitor } from './visitors.ts'

export interface DemoParts {
  demo: Demo
  clock: Clock
  cookies: CookieRules
  listener: () => Listener
}

/** Where the page goes on after a step: it opens at what is new. */
const here = '/demo#now'

export function demoRoutes({ demo, clock, cookies, listener }: DemoParts): PageRoute[] {
  const parts: Parts = { demo, clock, send: createSend(listener) }
  const visitors = createVisitors({ clock, cookies })

  return [
    {
      method: 'GET',
      path: '/demo',
      access: 'anyone',
      handle: (page) => show(page, visitors.find(page.ctx)?.flow ?? null),
    },
    { method: 'GET', path: callbackPath, access: 'anyone', handle: takeAnswer },
    { method: 'POST', path: '/demo/start', access: 'anyone', handle: start },
    { method: 'POST', path: '/demo/reset', access: 'anyone', handle: reset },
    {
      method: 'POST',
      path: '/demo/exchange',
      access: 'anyone',
      handle: step(async (flow) => {
        const answer = flow.callback?.answer
        if (answer && 'code' in answer && !flow.exchange) await exchangeCode(parts, flow, answer.code)
      }),
    },
    ...useKinds.map((kind): PageRoute => ({
      method: 'POST',
      path: `/demo/${kind}`,
      access: 'anyone',
      handle: step(async (flow) => {
        if (flow.tokens) await uses[kind](parts, flow, flow.tokens)
      }),
    })),
  ]

  function show(page: Page, flow: Flow | null, notice: Notice | null = null): void {
    page.show('demo', demoPage({ demo, flow, now: clock.now(), notice }), { status: notice === 'foreign' ? 400 : 200 })
  }

  async function start(page: Page): Promise<void> {
    const visitor = visitors.greet(page.ctx)
    let path: `/${string}` = here
    await inTurn(visitor, async () => {
      if (visitor.flow) await abandon(parts, visitor.flow)
      visitor.flow = await beginFlow(parts.send, demo)
      const { pathname, search } = new URL(visitor.flow.request.url)
      path = `/${pathname.slice(1)}${search}`
    })
    page.redirect(path)
  }

  function takeAnswer(page: Page): void {
    const flow = visitors.find(page.ctx)?.flow ?? null
    if (receive(parts, flow, page.query) === 'foreign') show(page, flow, 'foreign')
    // The code leaves the address bar.
    else page.redirect(here)
  }

  async function reset(page: Page): Promise<void> {
    const visitor = visitors.find(page.ctx)
    if (visitor) {
      await inTurn(visitor, async () => {
        if (visitor.flow) await abandon(parts, visitor.flow)
        visitor.flow = null
      })
      visitors.forget(page.ctx)
    }
    page.redirect('/demo')
  }

  /** What can't be done at this point isn't: the page shows what can. */
  function step(act: (flow: Flow) => Promise<void>) {
    return async (page: Page) => {
      const visitor = visitors.find(page.ctx)
      if (!visitor) return show(page, null, 'forgotten')
      await inTurn(visitor, async () => {
        if (visitor.flow) await act(visitor.flow)
      })
      page.redirect(here)
    }
  }
}

/** A fault is told to whoever caused it; those that come after begin anew. */
async function inTurn(visitor: Visitor, act: () => Promise<void>): Promise<void> {
  const turn = visitor.turn.then(act)
  visitor.turn = turn.catch(() => undefined)
  await turn
}
