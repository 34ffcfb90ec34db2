/** What the buttons of the last step do, and what came of it, in words. */
import type { DemoAction, DemoPart, DemoTable } from '../../http/page-models.ts'
import { lifetimes } from '../../oidc/lifetimes.ts'
import { claimsTable } from './claims.ts'
import { wordsOf } from './faults.ts'
import type { Use, UseKind } from './flow.ts'
import { part, passed, shown } from './parts.ts'
import { say } from './text.ts'

const buttons: Readonly<Record<UseKind, { label: string; text: string }>> = {
  refresh: { label: 'Refresh', text: 'Trade the refresh token for new tokens, without asking you.' },
  userinfo: { label: 'Userinfo', text: 'Ask the server who you are.' },
  introspect: { label: 'Introspect', text: 'Ask the server whether the access token still holds.' },
  revoke: { label: 'Revoke', text: 'End everything that came from this sign-in.' },
  replay: { label: 'Send the code again', text: 'Do what a thief would do who saw it in step 3.' },
}

export const useActions: DemoAction[] = Object.entries(buttons).map(([kind, { label, text }]) => ({
  label,
  action: `/demo/${kind}`,
  kind: 'plain',
  text: say(text),
}))

/** @param latest what was done last stands open */
export function usePart(use: Use, { latest }: { latest: boolean }): DemoPart {
  const exchanges = use.exchanges.map((one, index) =>
    shown(one, { open: latest && index === use.exchanges.length - 1 }),
  )
  if (use.kind === 'replay' && use.fault?.code === 'invalid_grant') return { ...replayed, exchanges, newest: latest }
  if (use.fault) {
    const { title, text } = wordsOf(use.fault)
    return part(text, { title: `${buttons[use.kind].label}: ${title}`, outcome: 'bad', exchanges, newest: latest })
  }
  return { ...results[use.kind](use, latest), exchanges, newest: latest }
}

const results: Readonly<Record<UseKind, (use: Use, latest: boolean) => DemoPart>> = {
  refresh: () =>
    part(
      [
        'The old access token lives to its end; the new one begins a life of its own. The refresh token was exchanged with it (rotation): each works once.',
        `If an old one comes again, somebody has copied it. The server can’t tell the thief from the app, so it ends the whole family for both. Only a retry within ${lifetimes.refreshGrace} seconds gets the same successor again, so that an answer lost on its way signs nobody out.`,
      ],
      { title: 'Refreshed', outcome: 'good' },
    ),

  userinfo: ({ exchanges }, latest) =>
    part(
      [
        'The access token from step 4 is for the API, and works nowhere else. For this endpoint the app has a second one, for identity alone, which it got with its refresh token.',
        ...(exchanges.some(({ response }) => response?.status === 400)
          ? ['You left something out at consent, so the app couldn’t have all that it wished for, and asked for less.']
          : []),
      ],
      {
        title: 'The server said who you are',
        outcome: 'good',
        checks: [passed('`sub` is that of the ID token: the answer is about you.')],
        tables: [claimsIn(exchanges.at(-1)?.response?.body ?? '{}', latest)],
      },
    ),

  introspect: ({ active }) =>
    active
      ? part(
          [
            'The server looked further than the signature: the app, your account, your consent and the token’s family are all in force. An API that must notice a revocation at once asks this on every call.',
          ],
          { title: 'The access token holds', outcome: 'good' },
        )
      : part(
          [
            'It says `active: false`, and nothing of why. The token’s signature is as good as before, and its `exp` is yet to come: an API that looks at nothing else would still let it in. That is why access tokens are short-lived, and why there is introspection.',
          ],
          { title: 'The access token doesn’t hold any more', outcome: 'bad' },
        ),

  revoke: () =>
    part(
      [
        'The app sent its refresh token, and the server ended the family: that token, those before it, and each access token that came from them. The answer is empty and always the same, so that it tells a stranger nothing (RFC 7009).',
        'What you agreed to stays agreed. You can take that back yourself, under “Connected apps” in your account.',
      ],
      { title: 'Revoked', outcome: 'good' },
    ),

  replay: () =>
    part(['The server took a code twice. It must never do that.'], { title: 'The code worked again', outcome: 'bad' }),
}

const replayed = part(
  [
    'The server refused it, and did more: a code that comes twice was seen by somebody else, and that may have been the first time. So everything that came from it was ended, for the thief and for the app.',
    'Even at the first time, a thief would have failed here: without the `code_verifier`, the code is worth nothing.',
  ],
  { title: 'The code worked only once', outcome: 'good' },
)

function claimsIn(body: string, open: boolean): DemoTable {
  return claimsTable('What the server said', JSON.parse(body) as Readonly<Record<string, unknown>>, 'id', { open })
}
