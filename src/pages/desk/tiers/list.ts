/** What the platform's customers may spend, tier by tier. */
import { action, column, empty, row, say, screen, table, text } from '../../../http/screen-parts.ts'
import type { Desk } from '../desk.ts'
import { createPath, listTiers, pathOfTier } from './parts.ts'
import { limitsWords } from './words.ts'

export async function showTiers(desk: Desk): Promise<void> {
  const tiers = await listTiers(desk)
  const create = action(say('tier.create'), createPath, 'primary', 'plus')
  desk.screen(
    screen({
      title: say('tiers.title'),
      lead: say('tiers.lead'),
      actions: [create],
      blocks: [
        table({
          caption: say('tiers.title'),
          columns: [
            column(say('tier.name')),
            column(say('tier.limits')),
            column(say('tier.limit-per')),
            column(say('tier.ceiling')),
          ],
          rows: tiers.map((tier) =>
            row(
              [
                text(tier.name),
                limitsWords(tier),
                text(say(`tier.limit-per.${tier.limit_per}`)),
                limitsWords(tier.organization_limits),
              ],
              pathOfTier(tier),
            ),
          ),
          empty: empty('layers', say('tiers.empty'), say('tiers.empty.text'), create),
        }),
      ],
    }),
  )
}
