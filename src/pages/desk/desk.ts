/**
 * The account (`/account`) and the console (`/admin`): a page is a function from a person's request to a screen, or to what
 * comes of a form. It asks and changes by the management API alone.
 */
import { isMessageKey } from '../../http/messages.ts'
import { field, fieldList } from '../../http/forms.ts'
import type { PageRoute, PersonalPage } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { returnPath } from '../../http/return-path.ts'
import { notice, say } from '../../http/screen-parts.ts'
import type { Fault, Screen } from '../../http/screen.ts'
import { listBelongings, type Belonging } from '../../organizations/members/store.ts'
import { apiOf, type Api, type DeskServices } from './api.ts'
import { faultsOf } from './faults.ts'
import { areaOf, frameOf } from './navigation.ts'
import { personPrincipal } from './principal.ts'

export interface Desk extends PersonalPage {
  /** As this person; in the console as an administrator of everything. */
  api: Api
  now: Date
  belongings: readonly Belonging[]
  screen(screen: Screen, status?: number): void
  /** Goes to a page of ours (303) which then says `done.<what>`. */
  done(path: string, what: string): void
  /** What was typed. */
  typed(name: string): string
  /** Every value of a field that may come several times. */
  ticked(name: string): readonly string[]
  /**
   * Does what a form asks for. What the API refuses is a fault of the form: it is shown again with it, and with all that
   * was typed. Outages and what isn't there go on to the boundary.
   */
  attempt<T>(
    work: () => Promise<T>,
    outcome: { done: (result: T) => Promise<void> | void; again: (faults: Fault[]) => Promise<void> | void },
  ): Promise<void>
}

export interface DeskRoute {
  method: 'GET' | 'POST'
  path: string
  /** A POST that may bring a file. */
  uploads?: true
  handle(desk: Desk): Promise<void> | void
}

export function deskRoutes(routes: readonly DeskRoute[], services: DeskServices): PageRoute[] {
  return routes.map(({ method, path, uploads, handle }) => ({
    method,
    path,
    ...(uploads && { uploads }),
    access: 'signed-in',
    async handle(page) {
      try {
        await handle(await openDesk(page, services))
      } catch (error) {
        if (!needsFreshSignIn(error)) throw error
        const target =
          page.ctx.method === 'GET'
            ? returnPath(page.ctx.url)
            : areaOf(page.ctx.path) === 'console'
              ? '/admin'
              : '/account'
        page.redirect(`/sign-in?notice=sign-in-again&return_to=${encodeURIComponent(target)}`)
      }
    },
  }))
}

async function openDesk(page: PersonalPage, services: DeskServices): Promise<Desk> {
  const area = areaOf(page.ctx.path)
  // To everybody else the console isn't there.
  if (area === 'console' && !page.person.administrator) throw new Problem('not_found')
  const belongings = await listBelongings(services.db, page.person.id)
  const principal = personPrincipal(page, belongings)
  return Object.assign(page, {
    // They go into paths of the API, where a slash or a percent sign would be another path.
    params: Object.fromEntries(Object.entries(page.params).map(([name, id]) => [name, encodeURIComponent(id)])),
    api: apiOf(services, page, principal, area === 'console' ? 'everything' : 'own'),
    now: services.clock.now(),
    belongings,
    screen(screen: Screen, status = 200): void {
      const query = page.ctx.path === '/admin/search' ? (page.query['q'] ?? '') : ''
      const frame = frameOf(page.ctx.path, { administrator: page.person.administrator, query })
      const said = `done.${page.query['done'] ?? ''}`
      const told = isMessageKey(said) ? [notice(say(said), 'good')] : []
      page.show('screen', { frame, screen: { ...screen, blocks: [...told, ...screen.blocks] } }, { status })
    },
    done: (path: string, what: string): void => page.redirect(`${path as '/'}?done=${what}`),
    typed: (name: string): string => field(page.form, name).trim(),
    ticked: (name: string): readonly string[] => fieldList(page.form, name),
    async attempt<T>(
      work: () => Promise<T>,
      outcome: { done: (result: T) => Promise<void> | void; again: (faults: Fault[]) => Promise<void> | void },
    ): Promise<void> {
      let result: T
      try {
        result = await work()
      } catch (error) {
        if (!isRefusal(error)) throw error
        return outcome.again(faultsOf(error))
      }
      return outcome.done(result)
    },
  })
}

function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && error.status < 500 && error.status !== 404 && !needsFreshSignIn(error)
}

function needsFreshSignIn(error: unknown): boolean {
  return error instanceof Problem && error.code === 'insufficient_user_authentication'
}
