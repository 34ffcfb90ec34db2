/** Keygrant with what the examples ask for, as a gateway meets it: its private port, two resources, a policy and keys. */
import { notify } from '../../src/platform/changes.ts'
import { addApiKey, call, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addResources, freePort, startTestServer, type TestServer } from '../support/server.ts'

export interface GatewayStage extends AsyncDisposable {
  server: TestServer
  /** `CHECK_LISTEN`. */
  port: number
  keys: Record<'reader' | 'writer' | 'stranger' | 'bound' | 'revoked' | 'expired', TestKey>
  /** A new key that may read and export, twice. */
  twice(): Promise<TestKey>
}

/** The gateway is 127.0.0.1, and only that is trusted; clients are elsewhere. */
export const gatewayAddress = '127.0.0.1'

/** @param instead 403 in place of 429 and 503, for a gateway that knows neither */
export async function openGatewayStage(
  instead: 403 | null,
  { databaseUrl }: { databaseUrl?: string } = {},
): Promise<GatewayStage> {
  await using opening = new AsyncDisposableStack()
  const port = await freePort()
  const server = opening.use(
    await startTestServer({
      settings: { CHECK_LISTEN: `127.0.0.1:${port}`, TRUSTED_PROXIES: gatewayAddress },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    }),
  )
  await addResources(server)
  await addPolicy(server, instead)

  const day = 86_400_000
  const both = ['reports:read', 'exports:run']
  const keys = {
    reader: await addApiKey(server, { scopes: both }),
    writer: await addApiKey(server, { scopes: [...both, 'reports:write'] }),
    stranger: await addApiKey(server, { scopes: ['reports:write'] }),
    bound: await addApiKey(server, { scopes: both, allowedIps: ['127.0.0.2/32'] }),
    revoked: await addApiKey(server, { scopes: both, revokedAt: new Date() }),
    expired: await addApiKey(server, { scopes: both, expiresAt: new Date(Date.now() - day) }),
  }
  // A policy is known as soon as the database's notice has arrived.
  await eventually(async () => {
    const { status } = await call(`http://127.0.0.1:${port}`, 'GET', '/v1/check/@reports/reports/1', {
      key: keys.writer.key,
    })
    if (status !== 200) throw new Error(`the policy answers ${status}`)
  })

  const open = opening.move()
  return {
    server,
    port,
    keys,
    twice: () => addApiKey(server, { scopes: both, limits: { burst: { size: 2, refill_per_second: 0.01 } } }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function addPolicy({ db }: TestServer, instead: 403 | null): Promise<void> {
  const { id: resourceId } = await db.resource.findUniqueOrThrow({ where: { name: 'reports' } })
  const routes = [
    { match: '* /reports/admin/**', scopes: ['reports:purge'], cost: 1 },
    { match: 'GET /reports/**', scopes: ['reports:read'], cost: 1 },
    { match: 'POST /reports/**', scopes: ['reports:write'], cost: 1 },
  ]
  await db.$transaction(async (tx) => {
    await tx.policy.create({ data: { name: 'reports', resourceId, routes, onLimit: instead, onOutage: instead } })
    await notify(tx, { kind: 'policy', id: 'reports' })
  })
}
