/** What a new key may act for: the person, or a service account of an organization that they administer. */
import { say, select } from '../../../http/screen-parts.ts'
import type { Field } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'

interface Owner {
  value: string
  label: ReturnType<typeof say>
  body: { organization_id: string; user_id?: string; service_account_id?: string }
}

interface Account {
  id: string
  name: string
  disabled: boolean
  administrator: boolean
}

/** The person's own organization first. */
export async function ownersOf(desk: Desk): Promise<Owner[]> {
  const lists = await Promise.all(
    desk.belongings.map(async ({ id, name, personal, role }): Promise<Owner[]> => {
      const body = { organization_id: id, user_id: desk.person.id }
      const own: Owner = {
        value: `${id}/`,
        label: personal ? say('key.owner.you') : say('key.owner.you-in', { organization: name }),
        body,
      }
      if (personal || role === 'member') return [own]
      const path = `/v1/organizations/${id}/service-accounts`
      const { data } = await desk.api.get<Listed<Account>>(path, { limit: '200' })
      return [
        own,
        ...data
          .filter(({ disabled, administrator }) => !disabled && (!administrator || desk.person.administrator))
          .map((account) => ({
            value: `${id}/${account.id}`,
            label: say('key.owner.service-account', { account: account.name, organization: name }),
            body: { organization_id: id, service_account_id: account.id },
          })),
      ]
    }),
  )
  return lists.flat()
}

/** None where there is no choice. */
export function ownerField(owners: readonly Owner[], value: string): Field[] {
  if (owners.length < 2) return []
  return [
    select('owner', {
      label: say('key.owner'),
      hint: say('key.owner.hint'),
      value,
      options: owners.map(({ value: one, label }) => ({ value: one, label })),
    }),
  ]
}
