/** `/account/profile`: who somebody is here, and how they are reached. */
import type { DeskRoute } from '../desk.ts'
import { askAddress, showAddress } from './address.ts'
import { addressPath, profilePath, provePath } from './paths.ts'
import { saveProfile, sendProof, showProfile, type ProfilePages } from './profile.ts'

export function profilePages(pages: ProfilePages): DeskRoute[] {
  return [
    { method: 'GET', path: profilePath, handle: (desk) => showProfile(desk, pages) },
    { method: 'POST', path: profilePath, handle: (desk) => saveProfile(desk, pages) },
    { method: 'POST', path: provePath, handle: (desk) => sendProof(desk, pages) },
    { method: 'GET', path: addressPath, handle: (desk) => showAddress(desk) },
    { method: 'POST', path: addressPath, handle: (desk) => askAddress(desk, pages) },
  ]
}
