/** The keys of a person that need a hand: those that came into the open, and those that end soon. */
import { action, badges, column, empty, relative, row, say, section, table } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { keyBadges, nameAndHint } from '../keys/words.ts'
import { at, type KeyOut, type KeyStatus, type Listed } from '../wire.ts'

/** Rows that are shown, of keys that are read to find those that end first. */
const shown = 5
const read = 100

export const exposedKeys = (desk: Desk): Promise<Block[]> => watched(desk, 'exposed', 'danger')
export const endingKeys = (desk: Desk): Promise<Block[]> => watched(desk, 'expiring', 'caution')

/** Nothing where there is nothing to do. */
async function watched(
  desk: Desk,
  status: KeyStatus & ('exposed' | 'expiring'),
  tone: 'danger' | 'caution',
): Promise<Block[]> {
  const { data, next_cursor: next } = await desk.api.get<Listed<KeyOut>>('/v1/keys', { status, limit: String(read) })
  if (data.length === 0) return []
  const soonest = data.toSorted((a, b) => (a.expires_at ?? '').localeCompare(b.expires_at ?? '')).slice(0, shown)
  const title = say(`account.${status}`)
  return [
    section(
      status,
      title,
      [
        table({
          caption: title,
          columns: [
            column(say('key.name')),
            column(say('key.status')),
            column(say('key.last-used'), { aside: true }),
            column(say('key.ends')),
          ],
          rows: soonest.map((key) =>
            row(
              [
                nameAndHint(key),
                badges(keyBadges(key)),
                relative(at(key.last_used_at), desk.now),
                relative(at(key.expires_at), desk.now),
              ],
              `/account/keys/${key.id}`,
              [action(say('key.rotate'), `/account/keys/${key.id}/rotate`)],
            ),
          ),
          empty: empty('check', title, title),
        }),
      ],
      {
        text: say(`account.${status}.text`),
        tone,
        actions:
          next === null && data.length <= shown ? [] : [action(say('console.all'), `/account/keys?status=${status}`)],
      },
    ),
  ]
}
