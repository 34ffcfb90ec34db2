/** A tier is made or changed: how much in an hour, how much at once, and for whom it is counted. */
import { choice, choiceGroup, choices, form, group, input, say, screen } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { crumbsTo, listPath, pathOfTier, readTier, routeOfTier, type TierOut } from './parts.ts'
import type { Limits } from './words.ts'

/** As typed; an empty hour is no limit. */
interface LimitValues {
  hour: string
  size: string
  refill: string
}
interface Values {
  own: LimitValues
  limitPer: string
  ceiling: LimitValues
}

const nothing: LimitValues = { hour: '', size: '', refill: '' }
const blank: Values = { own: { ...nothing, hour: '1000', size: '100' }, limitPer: 'key', ceiling: nothing }

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
  await desk.attempt(() => desk.api.call<TierOut>('PUT', routeOfTier(name), { body: bodyOf(desk) }), {
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
  await desk.attempt(() => desk.api.call('PUT', routeOfTier(tier.name), { body: bodyOf(desk) }), {
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
          action: tier ? `${path}/edit` : `${path}/new`,
          submit: tier ? say('desk.save') : say('tier.create.submit'),
          cancelHref: path,
          faults,
          fields: [
            ...(tier ? [] : [nameField(desk)]),
            group('own', say('tier.limits'), limitFields('', values.own)),
            limitPerField(values.limitPer),
            group('ceiling', say('tier.ceiling.optional'), limitFields('organization_limits.', values.ceiling)),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

const nameField = (desk: Desk): Field =>
  input('name', { label: say('tier.name'), hint: say('tier.name.hint'), value: desk.typed('name') })

function limitFields(prefix: '' | 'organization_limits.', { hour, size, refill }: LimitValues): Field[] {
  return [
    input(`${prefix}hour`, {
      type: 'number',
      label: say('tier.hour'),
      hint: say(prefix === '' ? 'tier.hour.hint' : 'tier.ceiling.hour.hint'),
      value: hour,
      required: false,
    }),
    input(`${prefix}burst.size`, {
      type: 'number',
      label: say('tier.burst.size'),
      hint: say('tier.burst.size.hint'),
      value: size,
      required: prefix === '',
    }),
    input(`${prefix}burst.refill_per_second`, {
      label: say('tier.burst.refill'),
      hint: say('tier.burst.refill.hint'),
      value: refill,
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
  return {
    own: valuesOf(own),
    limitPer: limit_per,
    ceiling: organization_limits ? valuesOf(organization_limits) : nothing,
  }
}

function valuesOf({ hour, burst }: Limits): LimitValues {
  return {
    hour: hour === 'unlimited' ? '' : String(hour),
    size: String(burst.size),
    refill: burst.refill_per_second === undefined ? '' : String(burst.refill_per_second),
  }
}

function typedOf(desk: Desk): Values {
  const limits = (prefix: string): LimitValues => ({
    hour: desk.typed(`${prefix}hour`),
    size: desk.typed(`${prefix}burst.size`),
    refill: desk.typed(`${prefix}burst.refill_per_second`),
  })
  return { own: limits(''), limitPer: desk.typed('limit_per'), ceiling: limits('organization_limits.') }
}

function bodyOf(desk: Desk) {
  const { own, limitPer, ceiling } = typedOf(desk)
  const without = Object.values(ceiling).every((typed) => typed === '')
  return { ...limitsOf(own), limit_per: limitPer, organization_limits: without ? null : limitsOf(ceiling) }
}

/** What isn't a number goes on as it was typed: the API says what it must be. */
function limitsOf({ hour, size, refill }: LimitValues) {
  return {
    hour: hour === '' ? 'unlimited' : numberOf(hour),
    burst: { size: numberOf(size), ...(refill === '' ? {} : { refill_per_second: numberOf(refill) }) },
  }
}

function numberOf(typed: string): number | string {
  const number = Number(typed.replace(',', '.'))
  return typed === '' || Number.isNaN(number) ? typed : number
}
