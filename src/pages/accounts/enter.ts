/** The last step of every way in: a fresh session is given, the browser remembered, and the sign-in noted. */
import type { Page } from '../../http/pages.ts'
import { deviceLifetimeSeconds, rememberDevice } from '../../users/devices.ts'
import type { PasswordUpgrade } from '../../users/sessions.ts'
import { noteSignIn } from '../../users/sign-in.ts'
import type { User } from '../../users/user.ts'
import { auditContext, type AccountServices } from './services.ts'

const cookieName = 'keygrant-device'

/** False where what they have shown isn't worth anything any more: see `Sessions`. */
export async function enter(
  services: AccountServices,
  page: Page,
  user: Pick<User, 'id' | 'passwordChangedAt'>,
  amr: string[],
  upgrade: PasswordUpgrade | null = null,
): Promise<boolean> {
  const { users, sessions } = services
  if (!(await sessions.signIn(page.ctx, user, { amr, upgrade }))) return false
  const context = { ...auditContext(page, services), actor: { kind: 'user', id: user.id } } as const
  const userAgent = page.ctx.get('user-agent')
  const signIn = { userId: user.id, amr, deviceToken: deviceTokenOf(services, page), userAgent }
  const token = await noteSignIn(users, signIn, context)
  keepDevice(services, page, token)
  return true
}

/**
 * The browser in which somebody has read their mail and chosen a password, and is yet to sign in with it. Whoever keeps
 * the account's tries used up could otherwise lock its owner out, since a reset makes strangers of all browsers.
 */
export async function recognise(services: AccountServices, page: Page, userId: string): Promise<void> {
  const { users } = services
  keepDevice(services, page, await rememberDevice(users.db, users, userId, deviceTokenOf(services, page)))
}

function keepDevice({ cookies }: Pick<AccountServices, 'cookies'>, page: Page, token: string): void {
  const maxAge = deviceLifetimeSeconds * 1000
  page.ctx.cookies.set(cookies.name(cookieName), token, { ...cookies.options, maxAge })
}

/** The cookie is signed: nobody can plant a device that they know. */
export function deviceTokenOf({ cookies }: Pick<AccountServices, 'cookies'>, page: Page): string | null {
  return page.ctx.cookies.get(cookies.name(cookieName), { signed: true }) ?? null
}
