/** What stops a person or helps them in again. Each is asked about once, by name, and by somebody who has just signed in. */
import { say } from '../../../http/screen-parts.ts'
import type { Fault, Text } from '../../../http/screen.ts'
import type { UserOut } from '../../../users/api.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { demandFresh } from '../fresh-sign-in.ts'
import { clientNames } from '../names.ts'
import { called, crumbsTo, pathOfPerson, readPerson } from './parts.ts'

type Act = 'disable' | 'enable' | 'reset-password'

const done: Record<Act, string> = {
  disable: 'person-disabled',
  enable: 'person-enabled',
  'reset-password': 'reset-mailed',
}

export async function ask(desk: Desk, act: Act, faults: Fault[] = []): Promise<void> {
  demandFresh(desk)
  const person = await readPerson(desk)
  const named = { name: called(person), email: person.email }
  question(desk, person, {
    title: say(`person.${act}.title`, named),
    text: say(`person.${act}.asked`, named),
    submit: say(`person.${act}.submit`, named),
    path: act,
    faults,
  })
}

export async function carryOut(desk: Desk, verb: Act): Promise<void> {
  const { id } = await readPerson(desk)
  await desk.attempt(() => desk.api.call('POST', `/v1/users/${id}/${verb}`), {
    done: () => desk.done(pathOfPerson(id), done[verb]),
    again: (faults) => ask(desk, verb, faults),
  })
}

export async function askEndSessions(desk: Desk): Promise<void> {
  const person = await readPerson(desk)
  const named = { name: called(person) }
  question(desk, person, {
    title: say('person.sessions.end.title', named),
    text: say('person.sessions.end.asked', named),
    submit: say('person.sessions.end'),
    path: 'sessions/end',
  })
}

export async function endSessions(desk: Desk): Promise<void> {
  const { id } = await readPerson(desk)
  await desk.api.call('DELETE', '/v1/sessions', { query: { user_id: id } })
  desk.done(pathOfPerson(id), 'sessions-ended')
}

export async function endSession(desk: Desk): Promise<void> {
  const { id } = await readPerson(desk)
  await desk.api.call('DELETE', `/v1/sessions/${desk.params['session']}`)
  desk.done(pathOfPerson(id), 'session-ended')
}

export async function askCutOff(desk: Desk): Promise<void> {
  const [person, { id, client_id }] = await Promise.all([
    readPerson(desk),
    desk.api.get<{ id: string; client_id: string }>(`/v1/grants/${desk.params['grant']}`),
  ])
  const client = (await clientNames(desk, [client_id])).get(client_id) ?? client_id
  const named = { name: called(person), client }
  question(desk, person, {
    title: say('grant.cut-off.title', named),
    text: say('grant.cut-off.asked', named),
    submit: say('grant.cut-off.submit', named),
    path: `apps/${id}/cut-off`,
  })
}

export async function cutOff(desk: Desk): Promise<void> {
  const { id } = await readPerson(desk)
  await desk.api.call('DELETE', `/v1/grants/${desk.params['grant']}`)
  desk.done(pathOfPerson(id), 'app-cut-off')
}

function question(
  desk: Desk,
  person: UserOut,
  { path, faults = [], ...asked }: { title: Text; text: Text; submit: Text; path: string; faults?: Fault[] },
): void {
  const own = pathOfPerson(person.id)
  confirmation(desk, { ...asked, crumbs: crumbsTo(person), action: `${own}/${path}`, cancelHref: own, faults })
}
