/** Which keys sign tokens, and whether others are about to. */
import type { Desk } from '../desk.ts'
import { at, type Listed } from '../wire.ts'

interface SigningKeyOut {
  kid: string
  algorithm: string
  stage: 'published' | 'used' | 'retired' | 'gone'
  active_from: string
}

export interface SigningState {
  /** Since when each of those signs that do; empty: none does. */
  used: { kid: string; algorithm: string; since: Date }[]
  /** When the next ones take over; null: none were made yet. */
  next: Date | null
}

export async function signingState(desk: Pick<Desk, 'api'>): Promise<SigningState> {
  const { data } = await desk.api.get<Listed<SigningKeyOut>>('/v1/signing-keys', { limit: '200' })
  const used = data
    .filter(({ stage }) => stage === 'used')
    .map(({ kid, algorithm, active_from }) => ({ kid, algorithm, since: at(active_from) }))
  const next = data.filter(({ stage }) => stage === 'published').map(({ active_from }) => at(active_from))
  return {
    used: used.filter((key): key is SigningState['used'][number] => key.since !== null),
    next: next.find((time) => time !== null) ?? null,
  }
}
