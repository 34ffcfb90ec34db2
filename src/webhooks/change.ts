/** Changes an endpoint: where it is, what it gets, and whether it gets anything. */
import { isDeepStrictEqual } from 'node:util'
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { findEndpointByName, lockEndpoint, lockEndpoints, updateEndpoint, type EndpointColumns } from './store.ts'
import type { WebhookEndpoint } from './webhook.ts'

export interface EndpointChange {
  name?: string | undefined
  url?: string | undefined
  types?: readonly string[] | undefined
  disabled?: boolean | undefined
}

export type ChangedEndpoint = { outcome: 'done'; endpoint: WebhookEndpoint } | { outcome: 'not_found' | 'name_taken' }

/** Whoever enables one begins anew: what failed before is forgotten. */
export async function changeEndpoint(
  tx: Tx,
  { id, organizationId }: Pick<WebhookEndpoint, 'id' | 'organizationId'>,
  change: EndpointChange,
  context: AuditContext,
): Promise<ChangedEndpoint> {
  await lockEndpoints(tx, organizationId)
  const current = await lockEndpoint(tx, id)
  if (!current) return { outcome: 'not_found' }
  const now = context.clock.now()
  const columns = changedColumns(current, change, now)
  const changed = Object.keys(columns)
  if (changed.length === 0) return { outcome: 'done', endpoint: current }
  const { name } = columns
  if (name !== undefined && (await findEndpointByName(tx, { organizationId, name }))) return { outcome: 'name_taken' }
  const endpoint = await updateEndpoint(tx, id, columns, now)
  const names = changed.flatMap((column) => (column in wireNames ? [wireNames[column as keyof typeof wireNames]] : []))
  await record(tx, { type: 'webhook.updated', id, organizationId, data: { changed: names } }, context)
  return { outcome: 'done', endpoint }
}

const wireNames = { name: 'name', url: 'url', types: 'types', disabledAt: 'disabled' } as const

function changedColumns(current: WebhookEndpoint, change: EndpointChange, now: Date): EndpointColumns {
  const { name, url, types, disabled } = change
  return {
    ...(name !== undefined && name !== current.name && { name }),
    ...(url !== undefined && url !== current.url && { url }),
    ...(types !== undefined && !isDeepStrictEqual(types, current.types) && { types }),
    ...(disabled === true && current.disabledAt === null && { disabledAt: now, disabledReason: 'by_hand' as const }),
    ...(disabled === false &&
      current.disabledAt !== null && { disabledAt: null, disabledReason: null, failingSince: null }),
  }
}
