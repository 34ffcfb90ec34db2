/** The cookies, by name and rule. Over https each name carries the prefix that makes browsers enforce the rule. */
import type { Context } from 'koa'

export interface CookieRules {
  /** `__Host-` binds a cookie to this host, path / and TLS (RFC 6265bis, section 4.1.3.2). */
  name(base: string): string
  options: NonNullable<Parameters<Context['cookies']['set']>[2]>
}

/** A loopback issuer over plain http can't have Secure cookies in every browser, so the prefix goes too. */
export function cookieRules(publicUrl: string): CookieRules {
  const secure = publicUrl.startsWith('https:')
  return {
    name: (base) => (secure ? `__Host-${base}` : base),
    options: { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: true, overwrite: true },
  }
}
