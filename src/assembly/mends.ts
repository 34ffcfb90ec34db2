/** What is mended of the provider's answers, and what is answered in its place, in order. */
import { operator } from '../api-keys/asker.ts'
import { revokeApiKey } from '../api-keys/revoke.ts'
import type { Gate } from '../check/gate.ts'
import type { ClientDirectory } from '../clients/directory.ts'
import type { Views } from '../http/views.ts'
import { apiKeyTokens } from '../oidc/api-keys.ts'
import { mendUnauthorizedClient } from '../oidc/handler.ts'
import { mendTimes } from '../oidc/provider-time.ts'
import { structuredTokens } from '../oidc/structured-tokens.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import { mendBlankPages, mendRedirects } from '../oidc/way-back.ts'
import type { Db } from '../platform/database.ts'

export function mendsOf(options: {
  db: Db
  issuer: string
  views: Views
  directory: ClientDirectory
  publicJwks: () => PublicJwks
  gate: Pick<Gate, 'findLiveApiKey'>
}) {
  const { db, issuer, views, directory, publicJwks, gate } = options
  return [
    mendTimes,
    mendBlankPages,
    mendRedirects({ views, issuer }),
    mendUnauthorizedClient,
    structuredTokens({ issuer, publicJwks, directory }),
    apiKeyTokens({
      issuer,
      directory,
      findKey: gate.findLiveApiKey,
      revokeKey: async (keyId, context) => {
        await db.$transaction((tx) => revokeApiKey(tx, operator, keyId, context))
      },
    }),
  ]
}
