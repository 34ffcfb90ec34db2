/** `keygrant service-accounts create --administrator`. */
import { displayName } from '../../http/api/wire.ts'
import { createServiceAccount } from '../../organizations/service-accounts/create.ts'
import { findOrganization } from '../../organizations/store.ts'
import { answerOf, pathOf } from '../api/client.ts'
import { openHostApi } from '../api/host.ts'
import { CommandFailure, usageFailure } from '../failure.ts'
import type { Row } from '../nouns/noun.ts'

export async function addAdministratorAccount({ id: organizationId = '' }: Row, body: Row): Promise<Row> {
  const name = displayName.safeParse(body['name'])
  if (!name.success) throw usageFailure(`--name ${name.error.issues[0]?.message}.`)
  const description = typeof body['description'] === 'string' ? body['description'] : null
  await using api = await openHostApi()
  const { db, context } = api.bench
  const organization = await findOrganization(db, String(organizationId))
  if (!organization) {
    throw new CommandFailure(`There is no organization ${String(organizationId)}. See: keygrant organizations list`)
  }
  const wanted = { organizationId: organization.id, name: name.data, description, administrator: true }
  const created = await db.$transaction((tx) => createServiceAccount(tx, wanted, context))
  if (created.outcome !== 'created') {
    throw new CommandFailure(`${organization.id} has a service account of the name ${name.data} already.`)
  }
  const pattern = '/v1/organizations/:id/service-accounts/:service_account_id'
  const path = pathOf(pattern, { id: organization.id, service_account_id: created.account.id })
  return await answerOf<Row>(api, { method: 'GET', path })
}
