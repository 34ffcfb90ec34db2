/** A new secret for a key, while the old one works on for as long as its owner chooses. */
import { isDeepStrictEqual } from 'node:util'
import { Problem } from '../../../http/problem.ts'
import { action, actions, form, input, say, screen, select } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import { dayAfter, secondsUntilEndOf } from '../days.ts'
import type { Asked } from '../api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import type { KeyOut, KeyWithSecretOut } from '../wire.ts'
import { pathOfKey, readKey, type KeyPages } from './parts.ts'
import { scopeField } from './scope-choices.ts'
import { showSecret } from './secret.ts'

const hour = 3600
/** In seconds: what is offered, up to the longest that the API takes. */
const graces = [0, hour, 24 * hour, 72 * hour, 168 * hour] as const

export async function showRotate(desk: Desk, pages: KeyPages): Promise<void> {
  showForm(desk, pages, await readKey(desk), [])
}

export async function rotateKey(desk: Desk, pages: KeyPages): Promise<void> {
  const key = await readKey(desk)
  const expiresIn = secondsUntilEndOf(desk.typed('expires_in'), desk.now)
  if (expiresIn === null) return showForm(desk, pages, key, [{ field: 'expires_in', text: say('key.ends.needed') }])
  const scopes = desk.ticked('scopes')
  const grace = graces.find((seconds) => String(seconds) === desk.typed('grace_period')) ?? 24 * hour
  const body = {
    grace_period: grace,
    expires_in: expiresIn,
    ...(isDeepStrictEqual(new Set(scopes), new Set(key.scopes)) ? {} : { scopes }),
  }
  // Twice would end the secret that programs still use.
  const asked = { body, once: onceOf(desk) }
  await desk.attempt(() => rotate(desk, key, asked), {
    done: (rotated) =>
      rotated === 'above'
        ? showForm(desk, pages, key, [{ field: null, text: say('key.rotate.above') }], true)
        : showSecret(desk, pages, rotated, 'rotated'),
    again: (faults) => showForm(desk, pages, key, faults),
  })
}

/** `above`: it acts for somebody as whom this person must not act. */
async function rotate(desk: Desk, { id }: KeyOut, asked: Asked): Promise<KeyWithSecretOut | 'above'> {
  try {
    return await desk.api.call<KeyWithSecretOut>('POST', `/v1/keys/${id}/rotate`, asked)
  } catch (error) {
    if (error instanceof Problem && error.code === 'forbidden') return 'above'
    throw error
  }
}

function showForm(desk: Desk, pages: KeyPages, key: KeyOut, faults: Fault[], mayOnlyRevoke = false): void {
  const path = pathOfKey(pages, key.id)
  const again = desk.ctx.method === 'POST'
  const unused = new Set((desk.query['without'] ?? '').split(' '))
  desk.screen(
    screen({
      title: say('key.rotate.title', { name: key.name }),
      lead: say('key.rotate.lead'),
      crumbs: [
        { text: say('keys.title'), href: `${pages.base}/keys` },
        { text: key.name, href: path },
      ],
      narrow: true,
      blocks: [
        form({
          action: `${path}/rotate`,
          submit: say('key.rotate.submit'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            select('grace_period', {
              label: say('key.grace'),
              hint: say('key.grace.hint'),
              value: again ? desk.typed('grace_period') : String(24 * hour),
              options: graces.map((seconds) => ({
                value: String(seconds),
                label: seconds === 0 ? say('key.grace.none') : say('key.grace.hours', { hours: seconds / hour }),
              })),
            }),
            input('expires_in', {
              type: 'date',
              label: say('key.last-day.new'),
              hint: say('key.last-day.hint', { days: pages.longestDays() }),
              value: again ? desk.typed('expires_in') : dayAfter(desk.now, Math.min(90, pages.longestDays() - 1)),
            }),
            scopeField(pages, {
              label: say('key.scopes'),
              hint: say('key.rotate.scopes.hint'),
              among: key.scopes,
              chosen: again ? desk.ticked('scopes') : key.scopes.filter((name) => !unused.has(name)),
              giver: { administrator: false, organizationAdmin: false },
            }),
          ],
        }),
        ...(mayOnlyRevoke ? [actions(action(say('key.revoke'), `${path}/revoke`, 'danger'))] : []),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}
