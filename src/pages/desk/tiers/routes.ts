/** The console's pages of tiers. */
import type { DeskRoute } from '../desk.ts'
import { askDeleteTier, deleteTier, showTier } from './detail.ts'
import { createTier, editTier, showCreate, showEdit } from './form.ts'
import { showTiers } from './list.ts'
import { createPath, listPath } from './parts.ts'

export function tierPages(): DeskRoute[] {
  const one = `${listPath}/:name`
  return [
    { method: 'GET', path: listPath, handle: showTiers },
    { method: 'GET', path: createPath, handle: (desk) => showCreate(desk) },
    { method: 'POST', path: createPath, handle: createTier },
    { method: 'GET', path: one, handle: showTier },
    { method: 'GET', path: `${one}/edit`, handle: showEdit },
    { method: 'POST', path: `${one}/edit`, handle: editTier },
    { method: 'GET', path: `${one}/delete`, handle: (desk) => askDeleteTier(desk) },
    { method: 'POST', path: `${one}/delete`, handle: deleteTier },
  ]
}
