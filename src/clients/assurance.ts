/** Whether we know that it is the client which it says it is: the consent page is never skipped for one that isn't. */
import { hasUnownedRedirect, isConfidential, type Client } from './client.ts'

/**
 * | registered by   | proves itself | comes back to            | assured |
 * | --------------- | ------------- | ------------------------ | ------- |
 * | administrator   | yes           | anywhere                 | yes     |
 * | administrator   | no            | https only               | yes     |
 * | administrator   | no            | loopback, private scheme | no      |
 * | itself          | any           | anywhere                 | no      |
 *
 * A public client at an https address is known by whoever holds that domain; a loopback port or a private scheme can be
 * taken by any program on the device (RFC 8252, 8.6).
 */
export function isAssured(client: Pick<Client, 'origin' | 'tokenEndpointAuthMethod' | 'redirectUris'>): boolean {
  if (client.origin !== 'administrator') return false
  return isConfidential(client) || !hasUnownedRedirect(client)
}
