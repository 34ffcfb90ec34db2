/** The console's pages of settings. */
import type { DeskRoute } from '../desk.ts'
import { changeSettings, showChange } from './form.ts'
import { showSettings } from './list.ts'
import { listPath } from './parts.ts'

export function settingPages(): DeskRoute[] {
  return [
    { method: 'GET', path: listPath, handle: showSettings },
    { method: 'GET', path: `${listPath}/:group`, handle: showChange },
    { method: 'POST', path: `${listPath}/:group`, uploads: true, handle: changeSettings },
  ]
}
