/** What the pages of people share: who it is, and how they are told of. */
import { say } from '../../../http/screen-parts.ts'
import type { Screen, Text, Tone } from '../../../http/screen.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'

export const peoplePath = '/admin/people'
export const pathOfPerson = (id: string): string => `${peoplePath}/${id}`

export const readPerson = (desk: Desk): Promise<UserOut> => desk.api.get<UserOut>(`/v1/users/${desk.params['id']}`)

export const called = ({ name, email }: UserOut): string => name ?? email

export function crumbsTo(person?: UserOut): Screen['crumbs'] {
  const list = { text: say('people.title'), href: peoplePath }
  return person ? [list, { text: called(person), href: pathOfPerson(person.id) }] : [list]
}

/** What isn't as it is with most. */
export function personBadges({ administrator, disabled, email_verified }: UserOut): { text: Text; tone: Tone }[] {
  return [
    ...(administrator ? [{ text: say('person.administrator'), tone: 'neutral' as const }] : []),
    ...(disabled ? [{ text: say('person.disabled'), tone: 'danger' as const }] : []),
    ...(email_verified ? [] : [{ text: say('person.unproven'), tone: 'caution' as const }]),
  ]
}
