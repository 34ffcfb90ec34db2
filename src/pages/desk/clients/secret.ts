/** The answer that shows a client's secret, and the only one that ever does; with what its developer needs besides. */
import { action, actions, facts, code, notice, say, screen, secret, snippet } from '../../../http/screen-parts.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import type { Desk } from '../desk.ts'
import { exampleOf } from './examples.ts'
import { crumbsTo, pathOfClient, usesSecret, type ClientPages } from './parts.ts'

interface Shown {
  secret: string | null
  why: 'registered' | 'secret-added' | 'rotated'
  /** Until when the one before works. */
  oldUntil?: Date | null
}

export function showSecret(desk: Desk, pages: ClientPages, client: ClientOut, shown: Shown): void {
  const { secret: value, why, oldUntil = null } = shown
  const { kind, code: example } = exampleOf(pages.issuer, client, value)
  const label = say(kind === 'token' ? 'client.example.token' : 'client.example.settings')
  const withSecret = usesSecret(client)
  desk.screen(
    screen({
      title: say(`client.${why}`, { name: client.client_name }),
      crumbs: crumbsTo(client),
      narrow: true,
      blocks: [
        ...(oldUntil === null ? [] : [notice(say('client.old-secret.until', { at: oldUntil }))]),
        ...(why === 'registered' ? [facts([say('client.id'), code(client.id)])] : []),
        ...(value === null
          ? [
              // Either it needs none, or the form was sent again after the secret was exchanged.
              notice(say(withSecret ? 'key.secret.gone' : 'client.no-secret'), withSecret ? 'caution' : 'neutral'),
              snippet(label, example),
            ]
          : [secret(say('client.secret'), value, say('client.secret.once'), [{ label, code: example }])]),
        actions(action(say(value === null ? 'client.go-on' : 'key.secret.saved'), pathOfClient(client.id), 'primary')),
      ],
    }),
  )
}
