/** How far a key's limits are used at this moment: read of what decides about its calls, which costs it nothing. */
import { meters, say } from '../../../http/screen-parts.ts'
import type { Block, Text } from '../../../http/screen.ts'
import type { SpendingOut } from '../../../limits/spending-api.ts'
import type { Desk } from '../desk.ts'
import { tierNamed } from '../organizations/tiers.ts'
import type { KeyOut } from '../wire.ts'

type Meter = Extract<Block, { block: 'meters' }>['meters'][number]
type Left = SpendingOut['limits'][number]

const readSpending = (desk: Desk, id: string): Promise<SpendingOut> =>
  desk.api.get<SpendingOut>(`/v1/keys/${id}/limits`)

const labels = {
  hour: say('spending.hour'),
  burst: say('spending.burst'),
  'organization-hour': say('spending.organization-hour'),
  'organization-burst': say('spending.organization-burst'),
} as const satisfies Record<string, Text>

/** Every limit that its calls are charged to; an hour without one is said, too. */
export async function spendingOfKey(desk: Desk, { id }: Pick<KeyOut, 'id'>): Promise<Block> {
  const { tier, limits } = await readSpending(desk, id)
  const shared = (await tierNamed(desk, tier))?.limit_per === 'organization'
  const labelled = limits.map((left) => {
    const policy = shared && !left.policy.startsWith('organization-') ? `organization-${left.policy}` : left.policy
    return meterOf(left, labels[policy as keyof typeof labels] ?? left.policy)
  })
  const unlimited = limits.every(({ policy }) => policy !== 'hour')
  return meters([...(unlimited ? [without(labels[shared ? 'organization-hour' : 'hour'])] : []), ...labelled])
}

/** Of the running hour alone, of several keys. */
export async function hoursOfKeys(
  desk: Desk,
  keys: readonly { id: string; name: string; href: string }[],
): Promise<Block> {
  return meters(
    await Promise.all(
      keys.map(async ({ id, name, href }) => {
        const hour = (await readSpending(desk, id)).limits.find(({ policy }) => policy === 'hour')
        return { ...(hour ? meterOf(hour, name) : without(name)), href }
      }),
    ),
  )
}

function meterOf({ limit, remaining, reset_in: seconds }: Left, label: Text): Meter {
  const used = limit - remaining
  return {
    label,
    href: null,
    used,
    limit,
    text: say('spending.used', { used, limit }),
    note: noteOf(remaining, seconds),
  }
}

function noteOf(remaining: number, seconds: number): Text {
  if (seconds === 0) return say('spending.left', { remaining })
  if (seconds < 120) return say('spending.left.seconds', { remaining, seconds })
  return say('spending.left.minutes', { remaining, minutes: Math.ceil(seconds / 60) })
}

const without = (label: Text): Meter => ({
  label,
  href: null,
  used: 0,
  limit: null,
  text: say('organization.hour.unlimited'),
  note: null,
})
