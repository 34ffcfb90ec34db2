/**
 * Why checks were refused: as this process has counted since it began. What is written down of usage holds no reasons,
 * and of credentials that nobody knows there is none.
 */
import type { CheckFigure } from '../../../check/figures.ts'
import { column, empty, link, lines, number, row, say, section, soft, table } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'

type Code = CheckFigure['code']

export function refusals(figures: readonly CheckFigure[]): Block {
  const counts = new Map<Code, { enforced: number; observed: number }>()
  for (const { code, mode, value } of figures) {
    if (code === 'valid' || value === 0) continue
    const count = counts.get(code) ?? { enforced: 0, observed: 0 }
    count[mode === 'enforce' ? 'enforced' : 'observed'] += value
    counts.set(code, count)
  }
  const total = ({ enforced, observed }: { enforced: number; observed: number }) => enforced + observed
  const rows = [...counts].toSorted(([, a], [, b]) => total(b) - total(a))
  return section(
    'refusals',
    say('usage.refusals'),
    [
      table({
        caption: say('usage.refusals'),
        columns: [
          column(say('usage.refusal')),
          column(say('usage.refused'), { end: true }),
          column(say('usage.observed'), { end: true, aside: true }),
        ],
        rows: rows.map(([code, { enforced, observed }]) =>
          row([
            lines(link(say(`refusal.${code as Exclude<Code, 'valid'>}`), `/docs/errors/${code}`), soft(code)),
            number(enforced),
            number(observed),
          ]),
        ),
        empty: empty('shield', say('usage.refusals.none'), say('usage.refusals.none.text')),
      }),
    ],
    { text: say('usage.refusals.text') },
  )
}
