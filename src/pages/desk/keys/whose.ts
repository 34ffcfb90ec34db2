/** Whose a key is, by name, with a way there where there is one. */
import { code, link, say, text } from '../../../http/screen-parts.ts'
import type { Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { organizationNames, personEmails } from '../names.ts'
import type { KeyOut } from '../wire.ts'
import type { KeyPages } from './parts.ts'

export interface OwnersOfKey {
  organization: Value
  owner: Value
}

export async function ownersOfKey(desk: Desk, { base }: KeyPages, key: KeyOut): Promise<OwnersOfKey> {
  return base === '/admin' ? ofAnybody(desk, key) : ofTheirs(desk, key)
}

function ofTheirs(desk: Desk, { organization_id: id, user_id, service_account_name, subject }: KeyOut): OwnersOfKey {
  const home = desk.belongings.find((one) => one.id === id)
  return {
    organization: home && !home.personal ? link(home.name, `/account/organizations/${id}`) : text(home?.name ?? id),
    owner:
      user_id === desk.person.id
        ? text(say('key.owner.you'))
        : service_account_name === null
          ? code(subject)
          : text(service_account_name),
  }
}

async function ofAnybody(desk: Desk, key: KeyOut): Promise<OwnersOfKey> {
  const { organization_id, user_id, service_account_id } = key
  const place = `/admin/organizations/${organization_id}`
  const [organizations, people] = await Promise.all([
    organizationNames(desk, [organization_id]),
    personEmails(desk, [user_id]),
  ])
  return {
    organization: link(organizations.get(organization_id) ?? organization_id, place),
    owner:
      user_id === null
        ? link(key.service_account_name ?? key.subject, `${place}/service-accounts/${service_account_id}`)
        : link(people.get(user_id) ?? user_id, `/admin/people/${user_id}`),
  }
}
