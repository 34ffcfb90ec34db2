/** The keys that sign tokens: which one does, which one will, and which ones are still known by what they signed. */
import {
  action,
  badge,
  code,
  column,
  empty,
  facts,
  lines,
  none,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Row, Tone, Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { at, type Listed } from '../wire.ts'

export const listPath = '/admin/signing-keys'

const stages = ['used', 'published', 'retired', 'gone'] as const
type Stage = (typeof stages)[number]

interface SigningKeyOut {
  kid: string
  algorithm: 'RS256' | 'ES256'
  stage: Stage
  published_at: string
  active_from: string
  retired_at: string | null
  gone_at: string | null
}

const tones: Record<Stage, Tone> = { used: 'good', published: 'neutral', retired: 'caution', gone: 'neutral' }

export async function showSigningKeys(desk: Desk): Promise<void> {
  const { data } = await desk.api.get<Listed<SigningKeyOut>>('/v1/signing-keys', { limit: '200' })
  const keys = data.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage))
  desk.screen(
    screen({
      title: say('signing.title'),
      lead: say('signing.lead'),
      actions: [action(say('signing.rotate'), `${listPath}/rotate`, 'primary')],
      blocks: [
        table({
          caption: say('signing.title'),
          columns: [
            column(say('signing.key')),
            column(say('signing.stage')),
            column(say('signing.signs')),
            column(say('signing.known')),
          ],
          rows: keys.map(rowOf),
          empty: empty('shield', say('signing.none'), say('signing.none.text')),
        }),
        meanings(),
      ],
    }),
  )
}

function rowOf(key: SigningKeyOut): Row {
  return row([
    lines(code(key.kid), soft(say(`signing.algorithm.${key.algorithm}`))),
    badge(say(`signing.stage.${key.stage}`), tones[key.stage]),
    span(at(key.active_from), at(key.retired_at)),
    span(at(key.published_at), at(key.gone_at)),
  ])
}

function span(from: Date | null, to: Date | null): Value {
  if (from === null) return none
  const begins = text(say('signing.from', { at: from }))
  return to === null ? begins : lines(begins, soft(say('signing.to', { at: to })))
}

function meanings(): Block {
  return section('meaning', say('signing.meaning'), [
    facts(
      ...stages.map((stage): [ReturnType<typeof say>, Value] => [
        say(`signing.stage.${stage}`),
        text(say(`signing.stage.${stage}.text`)),
      ]),
    ),
  ])
}
