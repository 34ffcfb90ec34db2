/** New signing keys: in step, so that nobody notices, or at once, when they were stolen. */
import { choice, choiceGroup, choices, form, notice, say, screen } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { demandFresh } from '../fresh-sign-in.ts'
import { onceField, onceOf } from '../once.ts'
import { listPath } from './list.ts'

export function showRotate(desk: Desk, faults: Fault[] = []): void {
  demandFresh(desk)
  desk.screen(
    screen({
      title: say('signing.rotate.title'),
      crumbs: [{ text: say('signing.title'), href: listPath }],
      narrow: true,
      blocks: [
        notice(say('signing.rotate.text')),
        form({
          action: `${listPath}/rotate`,
          submit: say('signing.rotate.submit'),
          kind: 'danger',
          cancelHref: listPath,
          faults,
          fields: [
            onceField(desk),
            choices('how', {
              label: say('signing.rotate.how'),
              many: false,
              groups: [
                choiceGroup(
                  (['in-step', 'immediately'] as const).map((value) =>
                    choice(value, say(`signing.rotate.${value}`), {
                      hint: say(`signing.rotate.${value}.hint`),
                      checked: value === (desk.typed('how') || 'in-step'),
                    }),
                  ),
                ),
              ],
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function rotateSigningKeys(desk: Desk): Promise<void> {
  const immediately = desk.typed('how') === 'immediately'
  const asked = { body: { immediately }, once: onceOf(desk) }
  await desk.attempt(() => desk.api.call('POST', '/v1/signing-keys/rotate', asked), {
    done: () => desk.done(listPath, immediately ? 'signing-replaced' : 'signing-rotated'),
    again: (faults) => showRotate(desk, faults),
  })
}
