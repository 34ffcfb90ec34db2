/** What each app may do for a person, and the button that ends it. */
import type { Client } from '../../clients/client.ts'
import type { ClientDirectory } from '../../clients/directory.ts'
import { cutOff } from '../../grants/cut-off.ts'
import type { Grant } from '../../grants/grant.ts'
import { findGrantById, listGrantsOf } from '../../grants/store.ts'
import type { ConnectedApp, IdentityScope } from '../../http/page-models.ts'
import type { PageRoute, PersonalPage } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { destination } from '../../oidc/interaction/interaction.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Catalogue } from '../../resources/catalogue.ts'

const path = '/account/connected-apps'
const identityScopes: readonly IdentityScope['name'][] = ['openid', 'profile', 'email']

export function connectedAppRoutes(parts: {
  db: Db
  clock: Clock
  directory: ClientDirectory
  catalogue: Catalogue
}): PageRoute[] {
  const { db, clock, directory, catalogue } = parts
  return [
    { method: 'GET', path, access: 'signed-in', handle: list },
    { method: 'GET', path: `${path}/:id`, access: 'signed-in', handle: ask },
    { method: 'POST', path: `${path}/:id`, access: 'signed-in', handle: cut },
  ]

  async function list(page: PersonalPage): Promise<void> {
    const apps = await Promise.all((await listGrantsOf(db, page.person.id)).map(describe))
    page.show('connected-apps', { apps: apps.filter((app) => app !== null), cutHref: path, notice: null })
  }

  async function ask(page: PersonalPage): Promise<void> {
    page.show('connected-app-confirm', {
      app: await appOf(page),
      action: `${path}/${page.params['id']}`,
      cancelHref: path,
    })
  }

  async function cut(page: PersonalPage): Promise<void> {
    const app = await appOf(page)
    const client = await directory.find((await findGrantById(db, app.id))?.clientId ?? '')
    await cutOff(
      db,
      { grantId: app.id, userId: page.person.id, organizationId: client?.organizationId ?? null },
      { actor: { kind: 'user', id: page.person.id }, requestId: page.requestId, address: page.caller.address, clock },
    )
    const apps = await Promise.all((await listGrantsOf(db, page.person.id)).map(describe))
    page.show('connected-apps', { apps: apps.filter((one) => one !== null), cutHref: path, notice: { cut: app.name } })
  }

  /** What belongs to somebody else is answered like what isn't there. */
  async function appOf(page: PersonalPage): Promise<ConnectedApp> {
    const grant = await findGrantById(db, page.params['id'] ?? '')
    const app = grant?.userId === page.person.id ? await describe(grant) : null
    if (!app) throw new Problem('not_found')
    return app
  }

  async function describe(grant: Grant): Promise<ConnectedApp | null> {
    const client = await directory.find(grant.clientId)
    return client && connectedApp(grant, client, catalogue)
  }
}

function connectedApp(grant: Grant, client: Client, catalogue: Catalogue): ConnectedApp {
  const identifiers = new Set([...Object.keys(grant.resourceScopes), ...Object.keys(grant.refusedResourceScopes)])
  // A scope that was taken out of the catalogue since has no words left but its name.
  const title = (name: string) => catalogue.scope(name)?.title ?? name
  return {
    id: grant.id,
    name: client.name,
    host: destination(client.redirectUris[0] ?? '').host,
    verified: client.verified,
    since: grant.createdAt,
    lastUsedAt: grant.lastUsedAt,
    resources: [...identifiers].map((identifier) => ({
      name: catalogue.byIdentifier(identifier)?.title ?? identifier,
      identifier,
      allowed: (grant.resourceScopes[identifier] ?? []).map((name) => ({
        title: title(name),
        writes: catalogue.scope(name)?.writes ?? false,
      })),
      refused: (grant.refusedResourceScopes[identifier] ?? []).map(title),
    })),
    identityScopes: identityScopes.filter((name) => grant.oidcScopes.includes(name)),
    offline: grant.oidcScopes.includes('offline_access'),
    clientEnabled: client.disabledAt === null,
  }
}
