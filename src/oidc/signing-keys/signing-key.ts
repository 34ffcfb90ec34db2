/** One signing key, and the stage that its times put it in. */
import type { JWK } from 'oidc-provider'

/** RS256 signs ID tokens unless a client asks otherwise (OIDC Core, 15.1); ES256 signs access tokens. */
export const signingAlgorithms = ['RS256', 'ES256'] as const
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

export const signingKeyStages = ['published', 'used', 'retired', 'gone'] as const
export type SigningKeyStage = (typeof signingKeyStages)[number]

export interface SigningKey {
  kid: string
  algorithm: SigningAlgorithm
  publicJwk: JWK
  privateSealed: Uint8Array
  publishedAt: Date
  activeFrom: Date
  retiredAt: Date | null
  goneAt: Date | null
}

export function stageOf(key: Pick<SigningKey, 'activeFrom' | 'retiredAt' | 'goneAt'>, now: Date): SigningKeyStage {
  if (key.goneAt && key.goneAt <= now) return 'gone'
  if (key.retiredAt && key.retiredAt <= now) return 'retired'
  return key.activeFrom <= now ? 'used' : 'published'
}
