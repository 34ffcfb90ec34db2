/** `/account/notifications`: which mails somebody wants. What is about their safety comes whether they want it or not. */
import { choice, choiceGroup, choices, form, say, screen } from '../../../http/screen-parts.ts'
import { mailChoices } from '../../../notices/mail/kinds.ts'
import { getMutedMail, setMutedMail } from '../../../users/muted-mail.ts'
import { auditContext, type AccountServices } from '../../accounts/services.ts'
import type { Desk, DeskRoute } from '../desk.ts'

export type NotificationPages = Pick<AccountServices, 'users'>

const path = '/account/notifications'
const always = ['sign-in', 'password', 'exposed'] as const

export function notificationPages(pages: NotificationPages): DeskRoute[] {
  return [
    { method: 'GET', path, handle: (desk) => show(desk, pages) },
    { method: 'POST', path, handle: (desk) => save(desk, pages) },
  ]
}

async function show(desk: Desk, { users }: NotificationPages): Promise<void> {
  const muted = new Set((await getMutedMail(users, desk.person.id)) ?? [])
  desk.screen(
    screen({
      title: say('desk.notifications'),
      lead: say('notifications.lead', { email: desk.person.email }),
      narrow: true,
      blocks: [
        form({
          action: path,
          submit: say('desk.save'),
          fields: [
            choices('mails', {
              label: say('notifications.wanted'),
              groups: [
                choiceGroup(
                  mailChoices.map((kind) =>
                    choice(kind, say(`notifications.${kind}`), {
                      hint: say(`notifications.${kind}.hint`),
                      checked: !muted.has(kind),
                    }),
                  ),
                ),
                choiceGroup(
                  always.map((kind) =>
                    choice(`always-${kind}`, say(`notifications.always.${kind}`), { checked: true, disabled: true }),
                  ),
                  say('notifications.always'),
                ),
              ],
            }),
          ],
        }),
      ],
    }),
  )
}

async function save(desk: Desk, pages: NotificationPages): Promise<void> {
  const wanted = new Set(desk.ticked('mails'))
  const muted = mailChoices.filter((kind) => !wanted.has(kind))
  await setMutedMail(pages.users, desk.person.id, muted, auditContext(desk, pages))
  desk.done(path, 'saved')
}
