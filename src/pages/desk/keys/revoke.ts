/** The end of a key, which can't be taken back: asked once, by its name. */
import { say } from '../../../http/screen-parts.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { pathOfKey, readKey, type KeyPages } from './parts.ts'

export async function askRevoke(desk: Desk, pages: KeyPages): Promise<void> {
  const key = await readKey(desk)
  const path = pathOfKey(pages, key.id)
  confirmation(desk, {
    title: say('key.revoke.title', { name: key.name }),
    text: say('key.revoke.text'),
    crumbs: [
      { text: say('keys.title'), href: `${pages.base}/keys` },
      { text: key.name, href: path },
    ],
    action: `${path}/revoke`,
    submit: say('key.revoke.submit', { name: key.name }),
    cancelHref: path,
  })
}

export async function revokeKey(desk: Desk, pages: KeyPages): Promise<void> {
  const { id } = await readKey(desk)
  await desk.api.call('DELETE', `/v1/keys/${id}`)
  desk.done(pathOfKey(pages, id), 'key-revoked')
}
