/** Stopping a client for a while, and its end, with which everything that people have allowed it dies. */
import { say } from '../../../http/screen-parts.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'
import { crumbsTo, pathOfClient, readClient } from './parts.ts'

/** As many as one page of a list has; of more it is said that they are more. */
const counted = 200

export interface GrantCount {
  count: number
  /** There are more than were counted. */
  more: boolean
}

export async function countGrants(desk: Desk, clientId: string): Promise<GrantCount> {
  const { data, next_cursor } = await desk.api.get<Listed<unknown>>('/v1/grants', {
    client_id: clientId,
    limit: String(counted),
  })
  return { count: data.length, more: next_cursor !== null }
}

export const grantsText = ({ count, more }: GrantCount) =>
  more ? say('client.grants.more', { count }) : say('client.grants.count', { count })

export async function setDisabled(desk: Desk, disabled: boolean): Promise<void> {
  const { id } = await readClient(desk)
  await desk.api.call('PATCH', `/v1/clients/${desk.params['id']}`, { body: { disabled } })
  desk.done(pathOfClient(id), disabled ? 'client-disabled' : 'client-enabled')
}

export async function askDelete(desk: Desk): Promise<void> {
  const client = await readClient(desk)
  const { count, more } = await countGrants(desk, client.id)
  const named = { name: client.client_name, count }
  const path = pathOfClient(client.id)
  confirmation(desk, {
    title: say('client.delete.title', named),
    text: more ? say('client.delete.asked.more', named) : say('client.delete.asked', named),
    crumbs: crumbsTo(client),
    action: `${path}/delete`,
    submit: say('client.delete.submit', named),
    cancelHref: path,
  })
}

export async function deleteClient(desk: Desk): Promise<void> {
  await readClient(desk)
  await desk.api.call('DELETE', `/v1/clients/${desk.params['id']}`)
  desk.done('/admin/clients', 'client-deleted')
}
