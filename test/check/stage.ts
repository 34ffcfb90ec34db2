/** A server with two resources, of which every kind of scope is one, and a tier that is spent at once. */
import type { Clock } from '../../src/platform/clock.ts'
import { addResource } from '../support/api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

export async function startCheckServer(settings: Record<string, string> = {}, clock?: Clock): Promise<TestServer> {
  const server = await startTestServer({
    settings: { TRUSTED_PROXIES: '127.0.0.1,::1', ...settings },
    ...(clock ? { clock } : {}),
  })
  await addResource(server, 'reports', {
    'reports:read': 'anyone',
    'reports:write': 'anyone',
    'reports:manage': 'org_admin',
    'reports:govern': 'administrator',
  })
  await addResource(server, 'files', { 'files:read': 'anyone' })
  await server.db.tier.create({ data: { name: 'tiny', hour: 2, burstSize: 2, burstRefillPerSecond: 0.001 } })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"tier","id":"tiny"}')`
  return server
}
