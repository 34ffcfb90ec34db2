/** oidc-provider alone, in memory, introspecting 64 opaque access tokens. First prints them as one line of JSON. */
import { randomBytes } from 'node:crypto'
import { Provider, type ClientMetadata } from 'oidc-provider'
import { memoryAdapter } from './support/memory-adapter.ts'
import { serve } from './support/base-server.ts'
import { baseClient, reports, sessionCount } from './support/target.ts'

const client = {
  client_id: baseClient.id,
  client_secret: baseClient.secret,
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
} as ClientMetadata

const provider = new Provider(`http://127.0.0.1:${process.argv[2]}`, {
  adapter: memoryAdapter(),
  clients: [client],
  ttl: { ClientCredentials: 86_400 },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience: reports.identifier,
        scope: reports.scope,
        accessTokenFormat: 'opaque',
        accessTokenTTL: 86_400,
      }),
    },
  },
})
provider.on('server_error', (_ctx, error) => console.error(error))

const registered = await provider.Client.find(baseClient.id)
if (!registered) throw new Error('the client is missing')
const tokens: string[] = []
for (let index = 0; index < sessionCount; index++) {
  const token = new provider.ClientCredentials({ client: registered, scope: reports.scope })
  tokens.push(await token.save())
}
console.log(JSON.stringify(tokens))
const callback = provider.callback()
serve((request, response) => void callback(request, response))
