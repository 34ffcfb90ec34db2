/** The console's pages of OAuth clients. */
import type { Desk, DeskRoute } from '../desk.ts'
import { showClient } from './detail.ts'
import { changeRights, editClient, showEdit, showRights } from './edit.ts'
import { askDelete, deleteClient, setDisabled } from './end.ts'
import { listClients } from './list.ts'
import { createClient, showNew } from './new.ts'
import { clientsPath, createPath, type ClientPages } from './parts.ts'
import { addSecret, askDeleteSecret, deleteSecret, rotateSecret, showAdd, showRotate } from './secrets.ts'

export function clientPages(pages: ClientPages): DeskRoute[] {
  const one = `${clientsPath}/:id`
  const secret = `${one}/secrets/:secret`
  const route = (
    method: DeskRoute['method'],
    path: string,
    handle: (desk: Desk, pages: ClientPages) => Promise<void> | void,
  ): DeskRoute => ({ method, path, handle: (desk) => handle(desk, pages) })
  return [
    route('GET', clientsPath, listClients),
    route('GET', createPath, (desk) => showNew(desk, pages)),
    route('POST', createPath, createClient),
    route('GET', one, showClient),
    route('GET', `${one}/edit`, (desk) => showEdit(desk, pages)),
    route('POST', `${one}/edit`, editClient),
    route('GET', `${one}/rights`, (desk) => showRights(desk, pages)),
    route('POST', `${one}/rights`, changeRights),
    route('GET', `${one}/rotate-secret`, (desk) => showRotate(desk)),
    route('POST', `${one}/rotate-secret`, rotateSecret),
    route('GET', `${one}/secrets/new`, (desk) => showAdd(desk)),
    route('POST', `${one}/secrets/new`, addSecret),
    route('GET', `${secret}/delete`, askDeleteSecret),
    route('POST', `${secret}/delete`, deleteSecret),
    route('POST', `${one}/disable`, (desk) => setDisabled(desk, true)),
    route('POST', `${one}/enable`, (desk) => setDisabled(desk, false)),
    route('GET', `${one}/delete`, askDelete),
    route('POST', `${one}/delete`, deleteClient),
  ]
}
