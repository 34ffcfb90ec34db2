/** The tokens that the app holds: what each is for, whether it still works, and what it says. */
import { decodeProtectedHeader } from 'jose'
import type { DemoToken } from '../../http/page-models.ts'
import { claimsTable, payloadOf, type TokenKind } from './claims.ts'
import type { Tokens } from './flow.ts'
import { say } from './text.ts'

type Status = DemoToken['status']

const live: Status = { text: 'Live', kind: 'good' }
const expired: Status = { text: 'Expired', kind: 'caution' }
/** It is read at sign-in and has done its work: no revocation reaches it. */
const read: Status = { text: 'Read by the app', kind: 'good' }
const ends = {
  revoked: { text: 'Revoked', kind: 'caution' },
  replayed: { text: 'Ended by the replay', kind: 'caution' },
} as const

export function tokensOf({ access, id, refresh, identity, rotations, ended }: Tokens, now: Date): DemoToken[] {
  const status = ended === null ? live : ends[ended]
  const tokens = [
    structured('access', access, isExpired(access, now) ? expired : status, {
      title: 'Access token',
      words:
        'For the API. The app sends it with each call, as `Authorization: Bearer …`, and doesn’t look inside: what it says is meant for the API.',
    }),
  ]
  if (identity !== null) {
    tokens.push(
      opaque(identity, status, {
        title: 'Access token for userinfo',
        words:
          'For the server itself, and for nothing else. It is opaque: a random value that only the server can look up.',
      }),
    )
  }
  tokens.push(
    structured('id', id, isExpired(id, now) ? expired : read, {
      title: 'ID token',
      words: 'For the app. It says who signed in, when, and for which request. It opens no API.',
    }),
  )
  if (refresh !== null) {
    tokens.push(
      opaque(refresh, status, {
        title: 'Refresh token',
        words: `For the server, and the app’s best kept secret. It is opaque, and works once: ${replaced(rotations)}.`,
      }),
    )
  }
  return tokens
}

interface About {
  title: string
  words: string
}

function structured(kind: TokenKind, jwt: string, status: Status, { title, words }: About): DemoToken {
  return {
    title,
    text: say(words),
    status,
    value: jwt.split('.'),
    header: JSON.stringify(decodeProtectedHeader(jwt), null, 2),
    claims: claimsTable('What it says', payloadOf(jwt), kind, { open: true }),
  }
}

function opaque(value: string, status: Status, { title, words }: About): DemoToken {
  return { title, text: say(words), status, value: [value], header: null, claims: null }
}

function isExpired(jwt: string, now: Date): boolean {
  const { exp } = payloadOf(jwt)
  return typeof exp === 'number' && exp * 1000 <= now.getTime()
}

function replaced(rotations: number): string {
  if (rotations === 0) return 'this is the first of its line'
  return rotations === 1 ? 'it was replaced once so far' : `it was replaced ${rotations} times so far`
}
