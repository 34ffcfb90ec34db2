/** What somebody is told who hasn't shown yet that their mailbox is theirs. */
import { notice, postAction, say } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { provePath } from './paths.ts'

/** Nothing to who has. */
export function unprovenNotice({ person }: Pick<Desk, 'person'>): Block[] {
  if (person.emailProven) return []
  return [
    notice(say('profile.unproven.text', { email: person.email }), 'caution', {
      title: say('profile.unproven.title'),
      action: postAction(say('profile.prove'), provePath, 'primary'),
    }),
  ]
}
