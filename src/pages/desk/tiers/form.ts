/** A tier is made or changed: how much in an hour, how much at once, and for whom it is counted. */
import { choice, choiceGroup, choices, form, group, input, say, screen } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { shownFields, wantedOf } from '../shown.ts'
import { createPath, crumbsTo, listPath, pathOfTier, readTier, routeOfTier, type TierOut } from './parts.ts'
import type { Limits } from './words.ts'

type Prefix = '' | 'organization_limits.'
type LimitName = `${Prefix}${'hour' | 'burst.size' | 'burst.refill_per_second'}`

/** As typed, by the names of the fields; an empty hour is no limit. */
type Values = Record<LimitName | 'limit_per', string>

const blank: Values = {
  hour: '1000',
  'burst.size': '100',
  'burst.refill_per_second': '',
  limit_per: 'key',
  'organization_limits.hour': '',
  'organization_limits.burst.size': '',
  'organization_limits.burst.refill_per_second': '',
}

export function showCreate(desk: Desk, faults: Fault[] = []): void {
  showForm(desk, { tier: null, values: desk.ctx.method === 'POST' ? typedOf(desk) : blank, faults })
}

export async function createTier(desk: Desk): Promise<void> {
  const name = desk.typed('name')
  // To put a tier is to change the one that has the name.
  const taken = (await desk.api.get<{ data: TierOut[] }>('/v1/tiers', { limit: '200' })).data.some(
    (tier) => tier.name === name,
  )
  if (name === '' || taken) {
    return showCreate(desk, [{ field: 'name', text: say(taken ? 'tier.name.taken' : 'tier.name.needed') }])
  }
  await desk.attempt(() => desk.api.call<TierOut>('PUT', routeOfTier(name), { body: bodyOf(typedOf(desk)) }), {
    done: (tier) => desk.done(pathOfTier(tier), 'tier-created'),
    again: (faults) => showCreate(desk, faults),
  })
}

export async function showEdit(desk: Desk): Promise<void> {
  const tier = await readTier(desk)
  showForm(desk, { tier, values: keptOf(tier), faults: [] })
}

export async function editTier(desk: Desk): Promise<void> {
  const tier = await readTier(desk)
  const kept = keptOf(tier)
  const body = bodyOf({ ...kept, ...wantedOf(desk, kept, typedOf(desk)) })
  await desk.attempt(() => desk.api.call('PUT', routeOfTier(tier.name), { body }), {
    done: () => desk.done(pathOfTier(tier), 'tier-saved'),
    again: (faults) => showForm(desk, { tier, values: typedOf(desk), faults }),
  })
}

function showForm(
  desk: Desk,
  { tier, values, faults }: { tier: TierOut | null; values: Values; faults: Fault[] },
): void {
  const path = tier ? pathOfTier(tier) : listPath
  desk.screen(
    screen({
      title: tier ? say('tier.edit.title', { name: tier.name }) : say('tier.create'),
      lead: say(tier ? 'tier.edit.lead' : 'tier.create.lead'),
      crumbs: tier ? crumbsTo(tier) : crumbsTo(),
      narrow: true,
      blocks: [
        form({
          action: tier ? `${path}/edit` : createPath,
          submit: tier ? say('desk.save') : say('tier.create.submit'),
          cancelHref: path,
          faults,
          fields: [
            ...(tier ? shownFields(desk, keptOf(tier)) : [nameField(desk)]),
            group('own', say('tier.limits'), limitFields('', values)),
            limitPerField(values.limit_per),
            group('ceiling', say('tier.ceiling.optional'), limitFields('organization_limits.', values)),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

const nameField = (desk: Desk): Field =>
  input('name', { label: say('tier.name'), hint: say('tier.name.hint'), value: desk.typed('name') })

function limitFields(prefix: Prefix, values: Values): Field[] {
  return [
    input(`${prefix}hour`, {
      type: 'number',
      label: say('tier.hour'),
      hint: say(prefix === '' ? 'tier.hour.hint' : 'tier.ceiling.hour.hint'),
      value: values[`${prefix}hour`],
      required: false,
    }),
    input(`${prefix}burst.size`, {
      type: 'number',
      label: say('tier.burst.size'),
      hint: say('tier.burst.size.hint'),
      value: values[`${prefix}burst.size`],
      required: prefix === '',
    }),
    input(`${prefix}burst.refill_per_second`, {
      label: say('tier.burst.refill'),
      hint: say('tier.burst.refill.hint'),
      value: values[`${prefix}burst.refill_per_second`],
      required: false,
    }),
  ]
}

function limitPerField(limitPer: string): Field {
  return choices('limit_per', {
    label: say('tier.limit-per'),
    many: false,
    groups: [
      choiceGroup(
        (['key', 'organization'] as const).map((value) =>
          choice(value, say(`tier.limit-per.${value}`), {
            hint: say(`tier.limit-per.${value}.hint`),
            checked: value === limitPer,
          }),
        ),
      ),
    ],
  })
}

function keptOf({ limit_per, organization_limits, ...own }: TierOut): Values {
  return { ...valuesOf('', own), limit_per, ...valuesOf('organization_limits.', organization_limits ?? null) }
}

function valuesOf<P extends Prefix>(prefix: P, limits: Limits | null) {
  const { hour = '', burst } = limits ?? {}
  return {
    [`${prefix}hour`]: hour === 'unlimited' ? '' : String(hour),
    [`${prefix}burst.size`]: String(burst?.size ?? ''),
    [`${prefix}burst.refill_per_second`]: String(burst?.refill_per_second ?? ''),
  } as Record<Extract<LimitName, `${P}${string}`>, string>
}

function typedOf(desk: Desk): Values {
  const names = Object.keys(blank) as (keyof Values)[]
  return Object.fromEntries(names.map((name) => [name, desk.typed(name)])) as Values
}

function bodyOf(values: Values) {
  const ceiling = 'organization_limits.'
  const names = Object.keys(values) as (keyof Values)[]
  const without = names.every((name) => !name.startsWith(ceiling) || values[name] === '')
  return {
    ...limitsOf('', values),
    limit_per: values.limit_per,
    organization_limits: without ? null : limitsOf(ceiling, values),
  }
}

/** What isn't a number goes on as it was typed: the API says what it must be. */
function limitsOf(prefix: Prefix, values: Values) {
  const hour = values[`${prefix}hour`]
  const refill = values[`${prefix}burst.refill_per_second`]
  return {
    hour: hour === '' ? 'unlimited' : numberOf(hour),
    burst: {
      size: numberOf(values[`${prefix}burst.size`]),
      ...(refill === '' ? {} : { refill_per_second: numberOf(refill) }),
    },
  }
}

function numberOf(typed: string): number | string {
  const number = Number(typed.replace(',', '.'))
  return typed === '' || Number.isNaN(number) ? typed : number
}
