/** The answer that shows a key's secret, and the only one that ever does. */
import { action, actions, notice, say, screen, secret } from '../../../http/screen-parts.ts'
import type { Desk } from '../desk.ts'
import type { KeyWithSecretOut } from '../wire.ts'
import { pathOfKey, type KeyPages } from './parts.ts'

export function showSecret(desk: Desk, pages: KeyPages, key: KeyWithSecretOut, why: 'issued' | 'rotated'): void {
  const path = pathOfKey(pages, key.id)
  const curl = `curl -H 'Authorization: Bearer ${key.secret}' \\\n  ${pages.apiUrl}/v1/keys/self`
  desk.screen(
    screen({
      title: say(`key.${why}`, { name: key.name }),
      crumbs: [
        { text: say('keys.title'), href: `${pages.base}/keys` },
        { text: key.name, href: path },
      ],
      narrow: true,
      blocks: [
        // A form that was sent again after the secret was rotated away.
        key.secret === null
          ? notice(say('key.secret.gone'), 'caution')
          : secret(say('key.secret'), key.secret, say('key.secret.once'), [{ label: say('key.try'), code: curl }]),
        actions(action(say('key.secret.saved'), path, 'primary')),
      ],
    }),
  )
}
