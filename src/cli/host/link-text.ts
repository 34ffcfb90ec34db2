/** A link that works once, for whoever gives it to somebody. */
import { fields, shortTime } from '../output.ts'

export function linkText({ link, until, mailedTo }: { link: string; until: Date; mailedTo: string | null }): string {
  const said = fields([
    ['link', link],
    ['works once, until', `${shortTime(until)} UTC`],
  ])
  return mailedTo === null
    ? `${said}\n\nGive it to them yourself: it is not mailed.`
    : `${said}\n\nIt is on its way to ${mailedTo}, too.`
}
