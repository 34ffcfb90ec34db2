/** The way to a first key that works, as a list that ticks itself off; gone when one of their keys has been used. */
import { action, say, section, snippet, steps } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { KeyOut, Listed } from '../wire.ts'

export function firstKey(
  { person }: Desk,
  { apiUrl }: { apiUrl: string },
  { data: keys, next_cursor: next }: Listed<KeyOut>,
): Block[] {
  const made = keys.length > 0
  if (next !== null || keys.some(({ last_used_at: used }) => used !== null)) return []
  const curl = `curl -H 'Authorization: Bearer YOUR_KEY' \\\n  ${apiUrl}/v1/keys/self`
  return [
    section(
      'first-key',
      say('first-key.title'),
      [
        steps([
          {
            title: say('first-key.make'),
            text: say('first-key.make.text'),
            done: made,
            action:
              !made && person.emailProven ? action(say('first-key.make.action'), '/account/keys/new', 'primary') : null,
          },
          {
            title: say('first-key.try'),
            text: say('first-key.try.text'),
            done: false,
            blocks: made ? [snippet(say('first-key.try.code'), curl)] : [],
          },
          {
            title: say('first-key.read'),
            text: say('first-key.read.text'),
            done: false,
            action: action(say('first-key.read.action'), '/docs'),
          },
        ]),
      ],
      { text: say('first-key.lead') },
    ),
  ]
}
