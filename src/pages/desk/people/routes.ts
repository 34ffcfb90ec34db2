/** The console's pages of people. */
import type { DeskRoute } from '../desk.ts'
import { addPerson, rename, showAdd, showRename } from './add.ts'
import { showPerson } from './detail.ts'
import { listPeople } from './list.ts'
import { peoplePath } from './parts.ts'
import { ask, carryOut, askCutOff, askEndSessions, cutOff, endSession, endSessions } from './stop.ts'

export function peoplePages(): DeskRoute[] {
  const one = `${peoplePath}/:id`
  return [
    { method: 'GET', path: peoplePath, handle: listPeople },
    { method: 'GET', path: `${peoplePath}/new`, handle: (desk) => showAdd(desk) },
    { method: 'POST', path: `${peoplePath}/new`, handle: addPerson },
    { method: 'GET', path: one, handle: showPerson },
    { method: 'GET', path: `${one}/edit`, handle: (desk) => showRename(desk) },
    { method: 'POST', path: `${one}/edit`, handle: rename },
    ...(['disable', 'enable', 'reset-password'] as const).flatMap((verb): DeskRoute[] => [
      { method: 'GET', path: `${one}/${verb}`, handle: (desk) => ask(desk, verb) },
      { method: 'POST', path: `${one}/${verb}`, handle: (desk) => carryOut(desk, verb) },
    ]),
    { method: 'GET', path: `${one}/sessions/end`, handle: askEndSessions },
    { method: 'POST', path: `${one}/sessions/end`, handle: endSessions },
    { method: 'POST', path: `${one}/sessions/:session/end`, handle: endSession },
    { method: 'GET', path: `${one}/apps/:grant/cut-off`, handle: askCutOff },
    { method: 'POST', path: `${one}/apps/:grant/cut-off`, handle: cutOff },
  ]
}
