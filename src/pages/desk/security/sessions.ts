/** Ends sessions of one's own: one, or all but the one that asks. */
import { say } from '../../../http/screen-parts.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { endOthersPath, securityPath } from './paths.ts'

/** Of this person alone: the route answers 404 for anybody else's. */
export async function endSession(desk: Desk): Promise<void> {
  await desk.api.call('DELETE', `/v1/sessions/${desk.params['id']}`)
  desk.done(securityPath, 'own-session-ended')
}

export function askEndOthers(desk: Desk): void {
  confirmation(desk, {
    title: say('security.end-others.title'),
    text: say('security.end-others.text'),
    crumbs: [{ text: say('desk.security'), href: securityPath }],
    action: endOthersPath,
    submit: say('security.sessions.end-others'),
    cancelHref: securityPath,
  })
}

export async function endOthers(desk: Desk): Promise<void> {
  await desk.api.call('DELETE', '/v1/sessions', { query: { user_id: desk.person.id, except: desk.session.id } })
  desk.done(securityPath, 'other-sessions-ended')
}
