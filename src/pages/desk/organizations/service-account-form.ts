/** A service account is made, and called something else. */
import { area, form, input, say, screen } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { ServiceAccountOut } from '../../../organizations/service-accounts/api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import {
  administersIt,
  crumbsTo,
  managerIn,
  pathOfOrganization,
  readOrganization,
  type OrganizationPages,
} from './parts.ts'
import { crumbsToAccount, readAccount } from './service-account.ts'

const bodyOf = (desk: Desk) => ({ name: desk.typed('name'), description: desk.typed('description') || null })

function fieldsOf({ name, description }: { name: string; description: string }): Field[] {
  return [
    input('name', { label: say('organization.name'), hint: say('service-account.name.hint'), value: name }),
    area('description', {
      label: say('service-account.description'),
      hint: say('service-account.description.hint'),
      value: description,
    }),
  ]
}

const typedOf = (desk: Desk) => ({ name: desk.typed('name'), description: desk.typed('description') })
const keptOf = ({ name, description }: ServiceAccountOut) => ({ name, description: description ?? '' })

export async function showNewAccount(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  if (!administersIt(managerIn(desk, pages, organization.id))) throw new Problem('not_found')
  const list = `${pathOfOrganization(pages, organization.id)}/service-accounts`
  desk.screen(
    screen({
      title: say('service-account.create'),
      lead: say('service-account.create.lead'),
      crumbs: [...crumbsTo(pages, organization), { text: say('organization.view.service-accounts'), href: list }],
      narrow: true,
      blocks: [
        form({
          action: `${list}/new`,
          submit: say('service-account.create.submit'),
          cancelHref: list,
          faults,
          fields: [onceField(desk), ...fieldsOf(typedOf(desk))],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function createAccount(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  const route = `/v1/organizations/${id}/service-accounts`
  const asked = { body: bodyOf(desk), once: onceOf(desk) }
  await desk.attempt(() => desk.api.call<ServiceAccountOut>('POST', route, asked), {
    done: (made) =>
      desk.done(`${pathOfOrganization(pages, id)}/service-accounts/${made.id}`, 'service-account-created'),
    again: (faults) => showNewAccount(desk, pages, faults),
  })
}

export async function showEditAccount(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const found = await readAccount(desk, pages)
  const { organization, account, path } = found
  if (!administersIt(managerIn(desk, pages, organization.id))) throw new Problem('not_found')
  const kept = keptOf(account)
  desk.screen(
    screen({
      title: say('organization.edit.title', { name: account.name }),
      crumbs: [...crumbsToAccount(pages, found), { text: account.name, href: path }],
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [...shownFields(desk, kept), ...fieldsOf(desk.ctx.method === 'POST' ? typedOf(desk) : kept)],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function editAccount(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { account, path, route } = await readAccount(desk, pages)
  const { description, ...rest } = wantedOf(desk, keptOf(account), typedOf(desk))
  const body = { ...rest, ...(description !== undefined && { description: description || null }) }
  await desk.attempt(() => patch(desk, route, body), {
    done: () => desk.done(path, 'saved'),
    again: (faults) => showEditAccount(desk, pages, faults),
  })
}
