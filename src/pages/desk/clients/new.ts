/** A new client: what kind of program it is says how it signs people in and proves itself. */
import { area, choice, choiceGroup, choices, form, input, say, screen } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import type { Desk } from '../desk.ts'
import { findOrganization, organizationField } from '../find-organization.ts'
import { onceField, onceOf } from '../once.ts'
import { clientScopeField, scopeOf } from './scopes.ts'
import { showSecret } from './secret.ts'
import {
  clientKinds,
  clientsPath,
  createPath,
  crumbsTo,
  metadataOfKind,
  type ClientKind,
  type ClientPages,
} from './parts.ts'

const kindTyped = (desk: Desk): ClientKind => clientKinds.find((kind) => kind === desk.typed('kind')) ?? 'web'

export const linesOf = (text: string): string[] => text.split(/\s+/).filter((line) => line !== '')

export async function createClient(desk: Desk, pages: ClientPages): Promise<void> {
  const kind = kindTyped(desk)
  const owner = desk.typed('organization') === '' ? null : await findOrganization(desk, 'organization')
  if (owner && !owner.ok) return showNew(desk, pages, [owner.fault])
  const body = {
    ...metadataOfKind[kind],
    client_name: desk.typed('client_name'),
    redirect_uris: kind === 'service' ? [] : linesOf(desk.typed('redirect_uris')),
    scope: scopeOf(desk.ticked('scope')),
    organization_id: owner?.organization.id ?? null,
  }
  const make = () =>
    desk.api.call<ClientOut & { secret: string | null }>('POST', '/v1/clients', { body, once: onceOf(desk) })
  await desk.attempt(make, {
    done: (made) => showSecret(desk, pages, made, { secret: made.secret, why: 'registered' }),
    again: (faults) => showNew(desk, pages, faults),
  })
}

export function showNew(desk: Desk, pages: ClientPages, faults: Fault[] = []): void {
  const kind = kindTyped(desk)
  desk.screen(
    screen({
      title: say('clients.new'),
      lead: say('clients.new.lead'),
      crumbs: crumbsTo(),
      narrow: true,
      blocks: [
        form({
          action: createPath,
          submit: say('clients.new.submit'),
          cancelHref: clientsPath,
          faults,
          fields: [
            onceField(desk),
            input('client_name', {
              label: say('client.name'),
              hint: say('client.name.hint'),
              value: desk.typed('client_name'),
            }),
            choices('kind', {
              label: say('client.kind'),
              many: false,
              groups: [
                choiceGroup(
                  clientKinds.map((value) =>
                    choice(value, say(`client.kind.${value}`), {
                      hint: say(`client.kind.${value}.hint`),
                      checked: value === kind,
                    }),
                  ),
                ),
              ],
            }),
            area('redirect_uris', {
              label: say('client.redirects'),
              hint: say('client.redirects.hint'),
              value: desk.typed('redirect_uris'),
              mono: true,
            }),
            clientScopeField(pages, desk.ticked('scope')),
            organizationField('organization', desk.typed('organization') || (desk.query['organization'] ?? ''), {
              hint: say('client.organization.hint'),
              required: false,
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}
