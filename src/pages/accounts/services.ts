/** What the pages of accounts work with, and the small things that several of them do. */
import type { AuditContext } from '../../audit/record.ts'
import type { CookieRules } from '../../http/cookies.ts'
import type { Locale } from '../../http/messages.ts'
import type { Page } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { account, returnPath, type ReturnPath } from '../../http/return-path.ts'
import { BusyError } from '../../platform/work-limit.ts'
import type { UserServices } from '../../users/services.ts'
import type { Sessions } from '../../users/sessions.ts'
import type { Afterwards } from './afterwards.ts'

export interface AccountServices {
  users: UserServices
  sessions: Sessions
  describeReturn: DescribeReturn
  cookies: CookieRules
  afterwards: Afterwards
  /** Asked at each request: it may be changed while the server runs. */
  signUp: () => 'open' | 'invitation' | 'closed'
  /** Whether `/dev/mail` is there. */
  development: boolean
}

/** What an app that waits for the sign-in asked for; null where a path isn't an app's, or its request is gone. */
export type DescribeReturn = (path: ReturnPath) => Promise<WaitingApp | null>

export interface WaitingApp {
  clientName: string
  host: string
  loginHint: string | null
  locale: Locale | null
}

/** What the page was asked for by an app, in whose language it then speaks. */
export async function waitingApp(
  { describeReturn }: Pick<AccountServices, 'describeReturn'>,
  page: Page,
  returnTo: ReturnPath,
): Promise<WaitingApp | null> {
  const app = await describeReturn(returnTo)
  if (app?.locale) page.speak(app.locale)
  return app
}

export function returnOf(text: string): ReturnPath {
  return returnPath(text, account)
}

/** An address of ours that carries where the person was going. */
export function withReturn(path: `/${string}`, returnTo: ReturnPath): `/${string}` {
  if (returnTo === account) return path
  return `${path}${path.includes('?') ? '&' : '?'}return_to=${encodeURIComponent(returnTo)}`
}

export function auditContext(page: Page, { users }: Pick<AccountServices, 'users'>): AuditContext {
  const { requestId, caller, person } = page
  return {
    actor: { kind: 'user', id: person?.id ?? null },
    requestId,
    address: caller.address,
    clock: users.clock,
  }
}

/** Says how long to wait, in the header as in the form. */
export function throttled(page: Page, seconds: number): { field: null; code: 'throttled'; minutes: number } {
  page.ctx.set('Retry-After', String(seconds))
  return { field: null, code: 'throttled', minutes: Math.ceil(seconds / 60) }
}

/** Passwords that can't be worked on now are an outage of some seconds, not a fault of what was typed. */
export async function unlessBusy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof BusyError)) throw error
    throw new Problem('unavailable', { retryAfterSeconds: error.retryAfterSeconds, cause: error })
  }
}
