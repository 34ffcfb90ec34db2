/**
 * What the flows are measured against: oidc-provider alone, in memory, with the same tokens, client and answers as ours.
 * `base-provider.ts PORT` serves, and first prints the cookies of its sessions as one line of JSON.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Provider, type ClientMetadata, type Configuration, type JWK } from 'oidc-provider'
import { memoryAdapter } from './support/memory-adapter.ts'
import { baseClient, clientMetadata, reports, sessionCount } from './support/target.ts'

const day = 24 * 60 * 60
const port = Number(process.argv[2])

const client = { ...clientMetadata, client_id: baseClient.id, client_secret: baseClient.secret } as ClientMetadata
const configuration: Configuration = {
  adapter: memoryAdapter(),
  clients: [client],
  jwks: { keys: [signingKey()] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  pkce: { required: () => true },
  ttl: { AuthorizationCode: 60, IdToken: 3600, RefreshToken: 30 * day, Session: 14 * day, Grant: 90 * day },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience: reports.identifier,
        scope: reports.scope,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 900,
        jwt: { sign: { alg: 'ES256' } },
      }),
      useGrantedResource: () => true,
    },
  },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: () => Promise.resolve(true),
  rotateRefreshToken: true,
}

const provider = new Provider(`http://127.0.0.1:${port}`, configuration)
provider.on('server_error', (_ctx, error) => console.error(error))
const cookies: string[] = []
for (let index = 0; index < sessionCount; index++) cookies.push(await signIn(`person-${index}`))
console.log(JSON.stringify(cookies))
process.on('SIGTERM', () => process.exit())
const callback = provider.callback()
createServer((request, response) => void callback(request, response)).listen(port, '127.0.0.1')

function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'bench' }
}

/** A session and its consent. @returns what the browser would send from then on */
async function signIn(accountId: string): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId: baseClient.id })
  grant.addOIDCScope('openid')
  grant.addResourceScope(reports.identifier, reports.scope)
  const grantId = await saved(grant)
  const session = Object.assign(new provider.Session(), {
    accountId,
    loginTs: Math.floor(Date.now() / 1000),
    authorizations: { [baseClient.id]: { sid: randomBytes(16).toString('base64url'), grantId } },
  })
  await saved(session)
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  provider.createContext(response.req, response).cookies.set('_session', session.jti, { signed: true })
  return [response.getHeader('set-cookie')]
    .flat()
    .map((line) => String(line).split(';')[0])
    .join('; ')
}

/** The types lack the argument. */
function saved(model: object): Promise<string> {
  return (model as { save(seconds: number): Promise<string> }).save(14 * day)
}
