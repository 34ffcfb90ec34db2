/** What a new key may act for: the person, or a service account of an organization that they administer. */
import { filter, say, select } from '../../../http/screen-parts.ts'
import type { Block, Field } from '../../../http/screen.ts'
import type { Belonging } from '../../../organizations/members/store.ts'
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

/** Of so many organizations all service accounts are offered; of more, those of the one that is asked for. */
const askedAtOnce = 3

const administered = (desk: Desk): Belonging[] =>
  desk.belongings.filter(({ personal, role }) => !personal && role !== 'member')

/** The person's own organization first. */
export async function ownersOf(desk: Desk): Promise<Owner[]> {
  const all = administered(desk)
  const asked = all.length > askedAtOnce ? all.filter(({ id }) => id === organizationAsked(desk)) : all
  const lists = await Promise.all(
    desk.belongings.map(async (belonging): Promise<Owner[]> => {
      const own = ownIn(desk, belonging)
      return asked.includes(belonging) ? [own, ...(await accountsOf(desk, belonging))] : [own]
    }),
  )
  return lists.flat()
}

function ownIn(desk: Desk, { id, name, personal }: Belonging): Owner {
  return {
    value: `${id}/`,
    label: personal ? say('key.owner.you') : say('key.owner.you-in', { organization: name }),
    body: { organization_id: id, user_id: desk.person.id },
  }
}

async function accountsOf(desk: Desk, { id, name }: Belonging): Promise<Owner[]> {
  const path = `/v1/organizations/${id}/service-accounts`
  const { data } = await desk.api.get<Listed<Account>>(path, { limit: '200' })
  return data
    .filter(({ disabled, administrator }) => !disabled && (!administrator || desk.person.administrator))
    .map((account) => ({
      value: `${id}/${account.id}`,
      label: say('key.owner.service-account', { account: account.name, organization: name }),
      body: { organization_id: id, service_account_id: account.id },
    }))
}

/** By the page that led here, by the form that is sent, or by itself. */
function organizationAsked(desk: Desk): string {
  const [organization = ''] = (desk.typed('owner') || (desk.query['owner'] ?? '')).split('/')
  return organization || (desk.query['organization'] ?? '')
}

/** Which organization's service accounts are offered below; nothing where those of all are. */
export function organizationChoice(desk: Desk, path: string): Block[] {
  const all = administered(desk)
  if (all.length <= askedAtOnce) return []
  return [
    filter(path, [
      select('organization', {
        label: say('key.owner.of'),
        value: organizationAsked(desk),
        options: [
          { value: '', label: say('key.owner.of.none') },
          ...all.map(({ id, name }) => ({ value: id, label: name })),
        ],
      }),
    ]),
  ]
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
