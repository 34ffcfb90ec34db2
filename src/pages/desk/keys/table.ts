/** The keys of one owner, where the page says already whose they are. */
import { badges, column, relative, row, say, table } from '../../../http/screen-parts.ts'
import type { Block, Empty } from '../../../http/screen.ts'
import { at, type KeyOut } from '../wire.ts'
import { keyBadges, nameAndHint } from './words.ts'

export function keyTable(
  keys: readonly KeyOut[],
  { base, now, empty }: { base: string; now: Date; empty: Empty },
): Block {
  return table({
    caption: say('desk.keys'),
    columns: [
      column(say('key.name')),
      column(say('key.status')),
      column(say('key.last-used')),
      column(say('key.ends')),
    ],
    rows: keys.map((key) =>
      row(
        [
          nameAndHint(key),
          badges(keyBadges(key)),
          relative(at(key.last_used_at), now),
          relative(at(key.expires_at), now),
        ],
        `${base}/keys/${key.id}`,
      ),
    ),
    empty,
  })
}
