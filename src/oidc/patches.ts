/** Where oidc-provider has no setting for what must be: the few methods that are replaced, each with its reason. */
import { Provider } from 'oidc-provider'
import type { ClientDirectory } from '../clients/directory.ts'
import type { ImportedSecrets } from '../clients/imported-secrets.ts'
import { verifySecret } from '../clients/verify-secret.ts'
import type { RequestState } from '../http/entrance.ts'
import type { Clock } from '../platform/clock.ts'
import { randomSecret } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import { accessTokenPrefix } from './adapter/access-tokens.ts'
import { present } from './adapter/model.ts'
import { refreshTokenValue } from './adapter/refresh-tokens.ts'
import type { Unit } from './unit/unit.ts'

interface Patched {
  generateTokenId(this: { resourceServer?: { accessTokenFormat?: string } }): string
}

export function applyPatches(
  provider: Provider,
  {
    directory,
    importedSecrets,
    secrets,
    clock,
    currentUnit,
  }: {
    directory: ClientDirectory
    importedSecrets: ImportedSecrets
    secrets: Secrets
    clock: Clock
    currentUnit: () => Unit
  },
): void {
  // Several hashed secrets, each with an end of its own, where the provider compares one in plain text.
  const client = provider.Client.prototype as unknown as {
    compareClientSecret(this: { clientId: string }, presented: string): Promise<boolean>
  }
  client.compareClientSecret = async function (presented) {
    const found = await directory.find(this.clientId)
    if (found === null) return false
    if (verifySecret(found, presented, { secrets, clock })) return true
    const { caller } = present(Provider.ctx, 'request').state as RequestState
    return importedSecrets.verify(found, presented, caller.address)
  }

  // A retried refresh gets the same successor; see adapter/refresh-tokens.ts.
  const refreshToken = provider.RefreshToken.prototype as unknown as Patched
  refreshToken.generateTokenId = () =>
    refreshTokenValue(currentUnit(), Provider.ctx?.oidc.entities.RotatedRefreshToken?.jti, () => randomSecret(32))

  // A prefix tells what a leaked token is, and lets a look-up in the wrong table be skipped. The provider's own function
  // also settles the token's format, so it runs first.
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    const token = model.prototype as unknown as Patched
    const original = token.generateTokenId
    token.generateTokenId = function () {
      const id = original.call(this)
      return this.resourceServer?.accessTokenFormat === 'jwt' ? id : accessTokenPrefix + id
    }
  }

  // The provider gives a session a new identifier at the end of every interaction, which two tabs at once turn into a
  // cookie that is worth nothing. The defence against fixation is at our sign-in, which always makes a new one.
  const session = provider.Session.prototype as unknown as { resetIdentifier(): void }
  session.resetIdentifier = () => undefined
}
