/** An organization is made by the platform; its owners and admins may call it something else, the platform may set the rest. */
import { area, form, input, say, screen, select } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault, Field, Screen, Text } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import {
  administersIt,
  crumbsTo,
  listPath,
  managerIn,
  pathOfOrganization,
  readOrganization,
  type OrganizationPages,
} from './parts.ts'
import { tierNames } from './tiers.ts'

type Typed = Record<'name' | 'external_id' | 'slug' | 'tier' | 'metadata', string>

const blank: Typed = { name: '', external_id: '', slug: '', tier: 'free', metadata: '' }

export const showCreate = (desk: Desk, pages: OrganizationPages): Promise<void> => showNew(desk, pages, [])

export async function createOrganization(desk: Desk, pages: OrganizationPages): Promise<void> {
  const read = metadataOf(desk)
  if (!read.ok) return showNew(desk, pages, read.faults)
  const { name, external_id, slug, tier } = typedOf(desk)
  const body = { name, external_id: external_id || null, slug: slug || null, tier, metadata: read.metadata }
  const once = onceOf(desk)
  await desk.attempt(() => desk.api.call<OrganizationOut>('POST', '/v1/organizations', { body, once }), {
    done: ({ id }) => desk.done(pathOfOrganization(pages, id), 'organization-created'),
    again: (faults) => showNew(desk, pages, faults),
  })
}

async function showNew(desk: Desk, pages: OrganizationPages, faults: Fault[]): Promise<void> {
  const values = desk.ctx.method === 'POST' ? typedOf(desk) : blank
  showForm(desk, {
    title: say('organization.create'),
    lead: say('organization.create.lead'),
    crumbs: crumbsTo(pages),
    action: `${listPath(pages)}/new`,
    submit: say('organization.create.submit'),
    cancelHref: listPath(pages),
    fields: [onceField(desk), ...(await platformsFields(desk, values, { personal: false }))],
    faults,
  })
}

export async function showEdit(desk: Desk, pages: OrganizationPages): Promise<void> {
  const organization = await readOrganization(desk)
  if (organization.personal && pages.base === '/account') throw new Problem('not_found')
  if (!administersIt(managerIn(desk, pages, organization.id))) throw new Problem('not_found')
  return showChange(desk, pages, organization, [])
}

export async function editOrganization(desk: Desk, pages: OrganizationPages): Promise<void> {
  const organization = await readOrganization(desk)
  const path = pathOfOrganization(pages, organization.id)
  const again = (faults: Fault[]) => showChange(desk, pages, organization, faults)
  const read = metadataOf(desk)
  if (!read.ok) return again(read.faults)
  const wanted = wantedOf<Partial<Typed>>(desk, editable(pages, organization), typedOf(desk))
  const { name, external_id, slug, tier, metadata } = wanted
  const body = {
    ...(name !== undefined && { name }),
    ...(external_id !== undefined && { external_id: external_id || null }),
    ...(slug !== undefined && { slug: slug || null }),
    ...(tier !== undefined && { tier }),
    ...(metadata !== undefined && { metadata: read.metadata }),
  }
  await desk.attempt(() => patch(desk, `/v1/organizations/${organization.id}`, body), {
    done: () => desk.done(path, 'saved'),
    again,
  })
}

async function showChange(
  desk: Desk,
  pages: OrganizationPages,
  organization: OrganizationOut,
  faults: Fault[],
): Promise<void> {
  const values = desk.ctx.method === 'POST' ? typedOf(desk) : kept(organization)
  const path = pathOfOrganization(pages, organization.id)
  showForm(desk, {
    title: say('organization.edit.title', { name: organization.name }),
    lead: null,
    crumbs: crumbsTo(pages, organization),
    action: `${path}/edit`,
    submit: say('desk.save'),
    cancelHref: path,
    fields: [
      ...shownFields(desk, editable(pages, organization)),
      ...(pages.base === '/account' ? [nameField(values)] : await platformsFields(desk, values, organization)),
    ],
    faults,
  })
}

function kept({ name, external_id, slug, tier, metadata }: OrganizationOut): Typed {
  return {
    name,
    external_id: external_id ?? '',
    slug: slug ?? '',
    tier,
    metadata: Object.keys(metadata).length === 0 ? '' : JSON.stringify(metadata, null, 2),
  }
}

/** What of it this form asks for. */
function editable({ base }: OrganizationPages, organization: OrganizationOut): Partial<Typed> {
  const { name, slug, ...rest } = kept(organization)
  if (base === '/account') return { name }
  return { name, ...rest, ...(organization.personal ? {} : { slug }) }
}

function typedOf(desk: Desk): Typed {
  return {
    name: desk.typed('name'),
    external_id: desk.typed('external_id'),
    slug: desk.typed('slug'),
    tier: desk.typed('tier'),
    metadata: desk.typed('metadata'),
  }
}

type Read = { ok: true; metadata: unknown } | { ok: false; faults: Fault[] }

function metadataOf(desk: Desk): Read {
  const typed = desk.typed('metadata')
  if (typed === '') return { ok: true, metadata: {} }
  try {
    return { ok: true, metadata: JSON.parse(typed) as unknown }
  } catch {
    return { ok: false, faults: [{ field: 'metadata', text: say('organization.metadata.fault') }] }
  }
}

const nameField = ({ name }: Typed): Field => input('name', { label: say('organization.name'), value: name })

async function platformsFields(
  desk: Desk,
  values: Typed,
  { personal }: Pick<OrganizationOut, 'personal'>,
): Promise<Field[]> {
  const tiers = await tierNames(desk)
  return [
    nameField(values),
    input('external_id', {
      label: say('organization.external-id'),
      hint: say('organization.external-id.hint'),
      value: values.external_id,
      required: false,
    }),
    ...(personal
      ? []
      : [
          input('slug', {
            label: say('organization.slug'),
            hint: say('organization.slug.hint'),
            value: values.slug,
            required: false,
          }),
        ]),
    select('tier', {
      label: say('organization.tier'),
      hint: say('organization.tier.hint'),
      value: values.tier,
      options: tiers.map((name) => ({ value: name, label: name })),
    }),
    area('metadata', {
      label: say('organization.metadata'),
      hint: say('organization.metadata.hint'),
      value: values.metadata,
      rows: 6,
      mono: true,
    }),
  ]
}

function showForm(
  desk: Desk,
  shown: {
    title: Text
    lead: Text | null
    crumbs: Screen['crumbs']
    action: string
    submit: Text
    cancelHref: string
    fields: Field[]
    faults: Fault[]
  },
): void {
  const { title, lead, crumbs, ...rest } = shown
  desk.screen(screen({ title, lead, crumbs, narrow: true, blocks: [form(rest)] }), rest.faults.length > 0 ? 422 : 200)
}
