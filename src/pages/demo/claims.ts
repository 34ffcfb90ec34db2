/** What each claim of a token says, in words. */
import { decodeJwt } from 'jose'
import type { DemoTable, DemoText } from '../../http/page-models.ts'
import { moment, quote, say } from './text.ts'

export type TokenKind = 'id' | 'access'

type Meaning = string | ((value: unknown, kind: TokenKind) => string)

const at = (words: (time: string) => string) => (value: unknown) =>
  typeof value === 'number' ? words(moment(value)) : 'A time, in seconds since 1970.'

/** RFC 7519, 4.1; OpenID Connect Core, 2 and 5.1; RFC 9068, 2.2. */
const meanings: Readonly<Record<string, Meaning>> = {
  iss: 'Who says all this: the server. Nobody else’s tokens are accepted.',
  sub: 'You, by an identifier that never changes and is never given to anyone else. Apps know you by it, not by your address.',
  aud: (_, kind) =>
    kind === 'id'
      ? 'Whom it is for: this app. Another app must refuse it.'
      : 'Whom it is for: the API. Any other API must refuse it.',
  exp: at((time) => `Good until ${time}. Nobody accepts it later.`),
  iat: at((time) => `Made on ${time}.`),
  auth_time: at((time) => `You signed in on ${time}.`),
  nonce: 'The value from step 1: this token was made for that request.',
  at_hash: 'Half of the access token’s hash: the two belong together.',
  sid: 'Your session at the server, so that the app can be told when you sign out.',
  jti: 'Its own identifier. A single token can be revoked by it.',
  client_id: 'Which app it was given to.',
  scope: 'What it allows: what the app asked for, less what you left out.',
  fam: 'The family: everything that this app got in one session of yours. It is revoked as a whole.',
  acr: 'How sure the server is that it is you.',
  amr: 'How you proved it: `pwd` is a password.',
  name: 'Your name.',
  email: 'Your address.',
  email_verified: 'Whether you have shown that the address is yours.',
  locale: 'The language that you chose.',
  updated_at: at((time) => `Your profile was last changed on ${time}.`),
}

const order = Object.keys(meanings)

export function claimsTable(
  caption: string,
  claims: Readonly<Record<string, unknown>>,
  kind: TokenKind,
  options: { open: boolean },
): DemoTable {
  return {
    caption,
    open: options.open,
    named: 'Claim',
    rows: Object.entries(claims)
      .toSorted(byOrder)
      .map(([name, value]) => ({
        name,
        value: typeof value === 'string' ? value : JSON.stringify(value),
        meaning: meaningOf(name, value, kind),
      })),
  }
}

/** In the order of the table above, whatever order they came in; those that aren't in it come last. */
function byOrder([a]: [string, unknown], [b]: [string, unknown]): number {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return place(a) - place(b)
}

export function payloadOf(jwt: string): Readonly<Record<string, unknown>> {
  return decodeJwt(jwt)
}

function meaningOf(name: string, value: unknown, kind: TokenKind): DemoText {
  const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined
  if (meaning === undefined) return quote('')
  return say(typeof meaning === 'string' ? meaning : meaning(value, kind))
}
