/** Ends what an app may do for a person: asked once, and then its tokens are dead. */
import { say } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { GrantOut } from '../../../grants/api.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { describeApp, type ConnectedApp, type ConnectedAppPages } from './describe.ts'
import { connectedAppsPath } from './list.ts'

export async function askCutOff(desk: Desk, pages: ConnectedAppPages): Promise<void> {
  const { id, name: client } = await appOf(desk, pages)
  confirmation(desk, {
    title: say('connected-app-confirm.title', { client }),
    text: say('connected-app-confirm.text', { client }),
    crumbs: [{ text: say('connected-apps.title'), href: connectedAppsPath }],
    action: `${connectedAppsPath}/${id}`,
    submit: say('connected-app-confirm.submit', { client }),
    cancelHref: connectedAppsPath,
  })
}

export async function cutOffApp(desk: Desk, pages: ConnectedAppPages): Promise<void> {
  const { id } = await appOf(desk, pages)
  await desk.api.call('DELETE', `/v1/grants/${id}`)
  desk.done(connectedAppsPath, 'app-disconnected')
}

/**
 * What belongs to somebody else is answered like what isn't there: whoever administers an organization may see, by the API,
 * what others have allowed its apps, but this page is about one's own.
 */
async function appOf(desk: Desk, pages: ConnectedAppPages): Promise<ConnectedApp> {
  const grant = await desk.api.get<GrantOut>(`/v1/grants/${desk.params['id']}`)
  const app = grant.user_id === desk.person.id ? await describeApp(pages, grant) : null
  if (!app) throw new Problem('not_found')
  return app
}
