/** `/account/connected-apps`: what a person has allowed apps. */
import type { DeskRoute } from '../desk.ts'
import { askCutOff, cutOffApp } from './cut-off.ts'
import type { ConnectedAppPages } from './describe.ts'
import { connectedAppsPath, listApps } from './list.ts'

export function connectedAppPages(pages: ConnectedAppPages): DeskRoute[] {
  return [
    { method: 'GET', path: connectedAppsPath, handle: (desk) => listApps(desk, pages) },
    { method: 'GET', path: `${connectedAppsPath}/:id`, handle: (desk) => askCutOff(desk, pages) },
    { method: 'POST', path: `${connectedAppsPath}/:id`, handle: (desk) => cutOffApp(desk, pages) },
  ]
}
