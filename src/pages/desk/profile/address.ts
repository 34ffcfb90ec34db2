/** Asks for another address: nothing changes until the link in the new mailbox is used. */
import { field } from '../../../http/forms.ts'
import { form, input, notice, say, screen } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import { askForAddress } from '../../../users/change-address.ts'
import { parseEmail } from '../../../users/user.ts'
import { deviceTokenOf } from '../../accounts/enter.ts'
import { auditContext, throttled, unlessBusy } from '../../accounts/services.ts'
import type { Desk } from '../desk.ts'
import { formFaults } from '../form-faults.ts'
import { addressPath, profilePath } from './paths.ts'
import type { ProfilePages } from './profile.ts'

export function showAddress(desk: Desk, faults: Fault[] = [], status = 200): void {
  desk.screen(
    screen({
      title: say('profile.email.change'),
      lead: say('profile.address.lead', { email: desk.person.email }),
      crumbs: [{ text: say('desk.profile'), href: profilePath }],
      narrow: true,
      blocks: [
        notice(say('profile.address.told'), 'neutral'),
        form({
          action: addressPath,
          submit: say('profile.address.submit'),
          cancelHref: profilePath,
          faults,
          fields: [
            input('email', {
              type: 'email',
              label: say('profile.address.new'),
              value: desk.typed('email'),
              autocomplete: 'email',
            }),
            input('current', {
              type: 'password',
              label: say('security.password.current'),
              hint: say('security.password.current.why'),
              autocomplete: 'current-password',
            }),
          ],
        }),
      ],
    }),
    status,
  )
}

export async function askAddress(desk: Desk, pages: ProfilePages): Promise<void> {
  const email = parseEmail(desk.typed('email'))
  const password = field(desk.form, 'current')
  const faults = [
    ...(email === null
      ? formFaults([{ field: 'email', code: desk.typed('email') === '' ? 'email_required' : 'email_invalid' }])
      : []),
    ...(password === '' ? formFaults([{ field: 'current', code: 'password_required' }]) : []),
  ]
  if (email === null || faults.length > 0) return showAddress(desk, faults, 422)
  const current = { password, deviceToken: deviceTokenOf(pages, desk), address: desk.caller.address }
  const wanted = { email, current, locale: desk.locale }
  const asked = await unlessBusy(askForAddress(pages.users, desk.person.id, wanted, auditContext(desk, pages)))
  switch (asked.outcome) {
    case 'throttled':
      return showAddress(desk, formFaults([throttled(desk, asked.retryAfterSeconds)]), 429)
    case 'wrong_password':
      return showAddress(desk, [{ field: 'current', text: say('security.password.wrong') }], 422)
    case 'mailed':
      return desk.done(profilePath, 'address-mailed')
  }
}
