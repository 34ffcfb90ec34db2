/** A client's secrets: several at once, each with its own end, so that one can be exchanged without a gap. */
import {
  action,
  code,
  column,
  day,
  empty,
  form,
  input,
  relative,
  row,
  say,
  screen,
  section,
  select,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import { Problem } from '../../../http/problem.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import { confirmation } from '../confirm.ts'
import { secondsUntilEndOf } from '../days.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { at, type Listed } from '../wire.ts'
import { crumbsTo, pathOfClient, readClient, type ClientPages } from './parts.ts'
import { showSecret } from './secret.ts'

export interface SecretOut {
  id: string
  hint: string
  created_at: string
  expires_at: string | null
}

export async function listSecrets(desk: Desk): Promise<SecretOut[]> {
  return (await desk.api.get<Listed<SecretOut>>(`/v1/clients/${desk.params['id']}/secrets`, { limit: '200' })).data
}

export function secretsSection({ now }: Desk, client: ClientOut, secrets: readonly SecretOut[]): Block {
  const path = pathOfClient(client.id)
  return section(
    'secrets',
    say('client.secrets'),
    [
      table({
        caption: say('client.secrets'),
        columns: [column(say('client.secret')), column(say('key.made')), column(say('key.ends'))],
        rows: secrets.map(({ id, hint, created_at, expires_at }) =>
          row(
            [
              code(`…${hint}`),
              day(at(created_at)),
              expires_at === null ? text(say('client.secret.no-end')) : relative(at(expires_at), now),
            ],
            null,
            [action(say('client.secret.delete'), `${path}/secrets/${id}/delete`)],
          ),
        ),
        empty: empty('key', say('client.secrets.none'), say('client.secrets.none.text')),
      }),
    ],
    {
      text: secrets.length > 1 ? say('client.secrets.several') : null,
      actions: [
        action(say('client.secret.rotate'), `${path}/rotate-secret`),
        action(say('client.secret.add'), `${path}/secrets/new`),
      ],
    },
  )
}

export async function showAdd(desk: Desk, faults: Fault[] = []): Promise<void> {
  const client = await readClient(desk)
  const path = pathOfClient(client.id)
  desk.screen(
    screen({
      title: say('client.secret.add.title', { name: client.client_name }),
      lead: say('client.secret.add.lead'),
      crumbs: crumbsTo(client),
      narrow: true,
      blocks: [
        form({
          action: `${path}/secrets/new`,
          submit: say('client.secret.create'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            input('expires_in', {
              type: 'date',
              label: say('key.last-day'),
              hint: say('client.secret.last-day.hint'),
              value: desk.typed('expires_in'),
              required: false,
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function addSecret(desk: Desk, pages: ClientPages): Promise<void> {
  const client = await readClient(desk)
  const typed = desk.typed('expires_in')
  const expiresIn = secondsUntilEndOf(typed, desk.now)
  if (typed !== '' && expiresIn === null) return showAdd(desk, [{ field: 'expires_in', text: say('key.ends.needed') }])
  const body = expiresIn === null ? {} : { expires_in: expiresIn }
  const path = `/v1/clients/${desk.params['id']}/secrets`
  await desk.attempt(() => desk.api.call<{ secret: string | null }>('POST', path, { body, once: onceOf(desk) }), {
    done: ({ secret }) => showSecret(desk, pages, client, { secret, why: 'secret-added' }),
    again: (faults) => showAdd(desk, faults),
  })
}

const hour = 3600
/** In seconds: what is offered, up to the longest that the API takes. */
const graces = [0, hour, 24 * hour, 72 * hour, 168 * hour] as const

export async function showRotate(desk: Desk, faults: Fault[] = []): Promise<void> {
  const client = await readClient(desk)
  const path = pathOfClient(client.id)
  desk.screen(
    screen({
      title: say('client.secret.rotate.title', { name: client.client_name }),
      lead: say('client.secret.rotate.lead'),
      crumbs: crumbsTo(client),
      narrow: true,
      blocks: [
        form({
          action: `${path}/rotate-secret`,
          submit: say('key.rotate.submit'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            select('grace_period', {
              label: say('key.grace'),
              hint: say('key.grace.hint'),
              value: desk.typed('grace_period') || String(24 * hour),
              options: graces.map((seconds) => ({
                value: String(seconds),
                label: seconds === 0 ? say('key.grace.none') : say('key.grace.hours', { hours: seconds / hour }),
              })),
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

interface Rotated {
  secret: string | null
  old_secret_expires_at: string | null
}

export async function rotateSecret(desk: Desk, pages: ClientPages): Promise<void> {
  const client = await readClient(desk)
  const grace = graces.find((seconds) => String(seconds) === desk.typed('grace_period')) ?? 24 * hour
  const asked = { body: { grace_period: grace }, once: onceOf(desk) }
  await desk.attempt(() => desk.api.call<Rotated>('POST', `/v1/clients/${desk.params['id']}/rotate-secret`, asked), {
    done: ({ secret, old_secret_expires_at }) =>
      showSecret(desk, pages, client, { secret, why: 'rotated', oldUntil: at(old_secret_expires_at) }),
    again: (faults) => showRotate(desk, faults),
  })
}

export async function askDeleteSecret(desk: Desk): Promise<void> {
  const client = await readClient(desk)
  const found = (await listSecrets(desk)).find(({ id }) => id === desk.params['secret'])
  if (!found) throw new Problem('not_found')
  const path = pathOfClient(client.id)
  const named = { name: client.client_name, hint: `…${found.hint}` }
  confirmation(desk, {
    title: say('client.secret.delete.title', named),
    text: say('client.secret.delete.asked', named),
    crumbs: crumbsTo(client),
    action: `${path}/secrets/${found.id}/delete`,
    submit: say('client.secret.delete.submit', named),
    cancelHref: path,
  })
}

export async function deleteSecret(desk: Desk): Promise<void> {
  const { id } = await readClient(desk)
  await desk.api.call('DELETE', `/v1/clients/${desk.params['id']}/secrets/${desk.params['secret']}`)
  desk.done(pathOfClient(id), 'client-secret-deleted')
}
