/** The profile: name and language by one form, the address with what is known of it. */
import { locales } from '../../../http/messages.ts'
import {
  action,
  badge,
  facts,
  form,
  input,
  lines,
  notice,
  postAction,
  say,
  screen,
  section,
  select,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import { changeProfile } from '../../../users/own-profile.ts'
import { sendProofMail } from '../../../users/prove-email.ts'
import { findUser } from '../../../users/store.ts'
import { attempt, networkCells } from '../../../users/throttle.ts'
import { emailKey } from '../../../users/user.ts'
import { auditContext, throttled, type AccountServices } from '../../accounts/services.ts'
import type { Desk } from '../desk.ts'
import { formFaults } from '../form-faults.ts'
import { addressPath, profilePath, provePath } from './paths.ts'
import { unprovenNotice } from './unproven.ts'

export type ProfilePages = Pick<AccountServices, 'users' | 'cookies' | 'development'>

export function showProfile(desk: Desk, pages: ProfilePages, faults: Fault[] = []): void {
  desk.screen(
    screen({
      title: say('desk.profile'),
      lead: say('profile.lead'),
      narrow: true,
      blocks: [...developersMail(desk, pages), ...unprovenNotice(desk), details(desk, faults), address(desk)],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function details(desk: Desk, faults: Fault[]): Block {
  const again = faults.length > 0
  return section('details', say('profile.details'), [
    form({
      action: profilePath,
      submit: say('desk.save'),
      faults,
      fields: [
        input('name', {
          label: say('profile.name'),
          hint: say('profile.name.hint'),
          value: again ? desk.typed('name') : (desk.person.name ?? ''),
          autocomplete: 'name',
          required: false,
        }),
        select('locale', {
          label: say('profile.language'),
          hint: say('profile.language.hint'),
          value: desk.locale,
          options: locales.map((locale) => ({ value: locale, label: nameOf(locale) })),
        }),
      ],
    }),
  ])
}

/** In itself, since whoever looks for it may read no other. */
function nameOf(locale: string): string {
  const name = new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1)
}

function address({ person }: Desk): Block {
  const state = person.emailProven
    ? badge(say('profile.email.proven'), 'good')
    : badge(say('profile.email.unproven'), 'caution')
  return section(
    'address',
    say('profile.email'),
    [facts([say('profile.email.address'), lines(text(person.email), state)])],
    {
      text: say('profile.email.text'),
      actions: [action(say('profile.email.change'), addressPath)],
    },
  )
}

/** On a server that mails nothing, the way to what was mailed. */
function developersMail(desk: Desk, { development }: ProfilePages): Block[] {
  const mailed = ['proof-mailed', 'address-mailed'].includes(desk.query['done'] ?? '')
  if (!development || !mailed) return []
  return [notice(say('profile.dev-mail'), 'neutral', { action: action(say('check-mail.dev'), '/dev/mail') })]
}

export async function saveProfile(desk: Desk, pages: ProfilePages): Promise<void> {
  const locale = locales.find((known) => known === desk.typed('locale')) ?? desk.locale
  const profile = { name: desk.typed('name'), locale }
  const changed = await changeProfile(pages.users, desk.person.id, profile, auditContext(desk, pages))
  if (changed.outcome === 'refused') return showProfile(desk, pages, formFaults(changed.faults))
  desk.done(profilePath, 'saved')
}

export async function sendProof(desk: Desk, pages: ProfilePages): Promise<void> {
  const { users } = pages
  const user = await findUser(users.db, desk.person.id)
  if (!user || user.emailVerifiedAt !== null) return desk.redirect(profilePath)
  const tried = await attempt(users.db, users, [
    ...networkCells('mail', desk.caller.address),
    { rule: 'mail_address', subject: emailKey(user.email) },
  ])
  if (!tried.allowed) {
    const said = formFaults([throttled(desk, tried.retryAfterSeconds)])
    return desk.screen(
      screen({
        title: say('desk.profile'),
        narrow: true,
        crumbs: [{ text: say('desk.profile'), href: profilePath }],
        blocks: said.map(({ text: words }) =>
          notice(words, 'caution', { action: postAction(say('profile.prove'), provePath) }),
        ),
      }),
      429,
    )
  }
  await sendProofMail(users, user, desk.locale)
  desk.done(profilePath, 'proof-mailed')
}
