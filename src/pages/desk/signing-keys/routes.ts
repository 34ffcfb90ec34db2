/** The console's pages of the keys that sign tokens. */
import type { DeskRoute } from '../desk.ts'
import { listPath, showSigningKeys } from './list.ts'
import { rotateSigningKeys, showRotate } from './rotate.ts'

export function signingKeyPages(): DeskRoute[] {
  return [
    { method: 'GET', path: listPath, handle: showSigningKeys },
    { method: 'GET', path: `${listPath}/rotate`, handle: (desk) => showRotate(desk) },
    { method: 'POST', path: `${listPath}/rotate`, handle: rotateSigningKeys },
  ]
}
