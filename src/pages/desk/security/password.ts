/** Changes one's own password. The browser that does it goes on, in a session that is new through and through. */
import { field } from '../../../http/forms.ts'
import { form, input, notice, say, screen } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import { changePassword } from '../../../users/change-password.ts'
import { MIN_CHARACTERS } from '../../../users/password-text.ts'
import { deviceTokenOf, enter } from '../../accounts/enter.ts'
import { auditContext, throttled, unlessBusy, type AccountServices } from '../../accounts/services.ts'
import type { Desk } from '../desk.ts'
import { formFaults } from '../form-faults.ts'
import { passwordPath, securityPath } from './paths.ts'

export type PasswordPages = AccountServices

export function showPassword(desk: Desk, faults: Fault[] = [], status = 200): void {
  desk.screen(
    screen({
      title: say('security.password.change'),
      crumbs: [{ text: say('desk.security'), href: securityPath }],
      narrow: true,
      blocks: [
        notice(say('security.password.ends'), 'neutral'),
        form({
          action: passwordPath,
          submit: say('security.password.change'),
          cancelHref: securityPath,
          faults,
          fields: [
            input('current', {
              type: 'password',
              label: say('security.password.current'),
              hint: say('security.password.forgotten'),
              autocomplete: 'current-password',
            }),
            input('password', {
              type: 'password',
              label: say('security.password.new'),
              hint: say('form.password-hint', { minimum: MIN_CHARACTERS }),
              autocomplete: 'new-password',
            }),
          ],
        }),
      ],
    }),
    status,
  )
}

export async function changeOwnPassword(desk: Desk, pages: PasswordPages): Promise<void> {
  const password = field(desk.form, 'current')
  if (password === '') return showPassword(desk, formFaults([{ field: 'current', code: 'password_required' }]), 422)
  const current = { password, deviceToken: deviceTokenOf(pages, desk), address: desk.caller.address }
  const wanted = { current, chosen: field(desk.form, 'password') }
  const changed = await unlessBusy(changePassword(pages.users, desk.person.id, wanted, auditContext(desk, pages)))
  switch (changed.outcome) {
    case 'refused':
      return showPassword(desk, formFaults(changed.faults), 422)
    case 'throttled':
      return showPassword(desk, formFaults([throttled(desk, changed.retryAfterSeconds)]), 429)
    case 'wrong_password':
      return showPassword(desk, [{ field: 'current', text: say('security.password.wrong') }], 422)
    case 'changed':
      // Changed again, or disabled, in between: then they sign in with what holds now.
      if (await enter(pages, desk, changed.user, ['pwd'])) return desk.done(securityPath, 'password-changed')
      return desk.redirect('/sign-in?notice=password-changed')
  }
}
