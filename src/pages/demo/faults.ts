/** What errors mean, in words: the protocol's own, and those that the app finds by itself. */
import type { DemoText } from '../../http/page-models.ts'
import { lifetimes } from '../../oidc/lifetimes.ts'
import type { Fault } from './flow.ts'
import { say } from './text.ts'

export interface FaultWords {
  title: string
  text: DemoText[]
}

/** RFC 6749, 4.1.2.1 and 5.2; RFC 6750, 3.1; OpenID Connect Core, 3.1.2.6; RFC 8707, 2. */
const words: Readonly<Record<string, { title: string; text: string }>> = {
  access_denied: {
    title: 'You said no',
    text: 'That is an answer like any other. The server told the app `access_denied`: no code, no token, and nothing about you. A good app goes on without, and asks again only when you want it to.',
  },
  invalid_grant: {
    title: 'That code or token doesn’t work any more',
    text: `Codes live for ${lifetimes.authorizationCode} seconds and work once. Refresh tokens work once, too, and end when they are revoked. The server says no more than \`invalid_grant\`, so that a thief learns nothing from it.`,
  },
  invalid_token: {
    title: 'The access token doesn’t work any more',
    text: 'It is too old, or it was revoked. An app that gets this tries its refresh token, and if that fails, asks you again.',
  },
  invalid_scope: {
    title: 'That was never allowed',
    text: 'A refresh can give less than you agreed to, never more.',
  },
  invalid_id_token: {
    title: 'The app doesn’t believe the ID token',
    text: 'One of its checks failed. Then everything that came with it is thrown away, however real it looks.',
  },
  issuer_mismatch: {
    title: 'The answer is from somebody else',
    text: 'Its `iss` isn’t the server that was asked. An app that talks to several servers could be tricked into giving one server’s code to another; this check is what prevents it (RFC 9207).',
  },
  invalid_client: {
    title: 'The server doesn’t know this app',
    text: 'Its client was deleted or disabled since. It comes back when the server starts again, unless it was disabled.',
  },
  sub_mismatch: {
    title: 'The answer is about somebody else',
    text: 'Its `sub` isn’t that of the ID token, so the app throws it away.',
  },
  login_required: {
    title: 'Nobody is signed in',
    text: 'The server would have had to ask you, and couldn’t.',
  },
  temporarily_unavailable: {
    title: 'The server can’t answer right now',
    text: 'It couldn’t reach its database. Wait a few seconds, then start again.',
  },
}

export function wordsOf({ code, description }: Fault): FaultWords {
  const known = Object.hasOwn(words, code) ? words[code] : undefined
  const said: DemoText = [
    { text: 'In the words of the protocol: ', code: false },
    { text: code, code: true },
    { text: description === null ? '.' : `, “${description}”.`, code: false },
  ]
  if (known === undefined) return { title: 'The server said no', text: [said] }
  return { title: known.title, text: [say(known.text), said] }
}
