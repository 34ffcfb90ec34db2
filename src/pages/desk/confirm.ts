/** The page that asks once before what can't be undone, by naming the object. */
import { form, notice, screen } from '../../http/screen-parts.ts'
import type { Fault, Screen, Text } from '../../http/screen.ts'
import type { Desk } from './desk.ts'

export interface Confirmation {
  title: Text
  /** What will be different, and for whom. */
  text: Text
  crumbs: Screen['crumbs']
  action: string
  /** The verb and the object: "Revoke CI". */
  submit: Text
  cancelHref: string
  faults?: Fault[]
}

export function confirmation(desk: Desk, asked: Confirmation): void {
  const { title, text, crumbs, action, submit, cancelHref, faults = [] } = asked
  desk.screen(
    screen({
      title,
      crumbs,
      narrow: true,
      blocks: [notice(text, 'caution'), form({ action, submit, kind: 'danger', cancelHref, faults })],
    }),
    faults.length > 0 ? 409 : 200,
  )
}
