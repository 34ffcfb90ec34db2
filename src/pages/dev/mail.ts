/** What would have been sent: in development, mail goes here. */
import type { PageRoute } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import type { Mail } from '../../platform/mail.ts'

export function devMailRoutes(mail: Pick<Mail, 'captured'>): PageRoute[] {
  return [
    {
      method: 'GET',
      path: '/dev/mail',
      access: 'anyone',
      handle: (page) =>
        page.show('dev-mail', {
          messages: mail.captured().map(({ id, to, subject, at }) => ({ id, to, subject, at })),
        }),
    },
    {
      method: 'GET',
      path: '/dev/mail/:id',
      access: 'anyone',
      handle(page) {
        const message = mail.captured().find(({ id }) => id === page.params['id'])
        if (!message) throw new Problem('not_found')
        const { to, from, subject, at, text } = message
        page.show('dev-mail-message', { to, from, subject, at, text, links: text.match(/https?:\/\/[^\s<>]+/g) ?? [] })
      },
    },
  ]
}
