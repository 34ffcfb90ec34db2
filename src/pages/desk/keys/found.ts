/** Where the secrets of a leaked key were found. Plain text: nobody is to follow a stranger's address from here. */
import { code, facts, lines, none, relative, say, section, text } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'

interface Leak {
  reported_at: string
  url: string | null
  outcome: 'revoked' | 'grace' | 'dead'
}

/** As many as anybody reads; the API has them all. */
const shownAtMost = 20

/** Nothing where nothing was found, or for whom it isn't told: a member sees that the key leaked, its administrators where. */
export async function whereFound(desk: Desk, { id, exposed }: KeyOut): Promise<Block[]> {
  if (exposed?.reason !== 'leaked') return []
  const { data } = await desk.api.get<Listed<Leak>>('/v1/leaks', { key_id: id, limit: String(shownAtMost) })
  const [newest] = data
  if (!newest) return []
  const places = [...new Set(data.flatMap(({ url }) => (url === null ? [] : [url])))]
  return [
    section('found', say('key.found'), [
      facts(
        [say('key.found.where'), places.length === 0 ? none : lines(...places.map(code))],
        [say('key.found.when'), relative(at(newest.reported_at), desk.now)],
        [say('key.found.outcome'), text(say(`key.found.${newest.outcome}`))],
      ),
    ]),
  ]
}
