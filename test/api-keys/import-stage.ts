/** A server that keys of another system are brought to, and that system's ways of hashing them. */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { hash as argon2, argon2id } from 'argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { createLog } from '../../src/platform/log.ts'
import { addAdministratorKey, addResource, call, type CallOptions, type Reply, type TestKey } from '../support/api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

export const hmacSecret = 'the other system’s pepper'
export const hashKeys = [{ algorithm: 'hmac-sha256', encoding: 'text', key: hmacSecret }]

export const sha256 = (key: string) => createHash('sha256').update(key).digest('hex')
export const hmac = (key: string, secret: string | Buffer = hmacSecret) =>
  createHmac('sha256', secret).update(key).digest('hex')

/** As the other system drew it. */
export const drawForeignKey = (begin = 'old') => `${begin}-${randomBytes(15).toString('hex')}`

type Row = Record<string, unknown>

/** How a key may be brought, by what it is called. */
export const ways = {
  'in plain text': (key: string): Row => ({ key }),
  sha256: (key: string): Row => ({ algorithm: 'sha256', hash: sha256(key) }),
  'sha256 in base64': (key: string): Row => ({
    algorithm: 'sha256',
    hash: createHash('sha256').update(key).digest('base64url'),
  }),
  'hmac-sha256': (key: string): Row => ({ algorithm: 'hmac-sha256', hash: hmac(key) }),
  bcrypt: async (key: string): Promise<Row> => ({
    algorithm: 'bcrypt',
    hash: await bcrypt(key, 4),
    lookup_prefix: key.slice(0, 8),
  }),
  argon2id: async (key: string): Promise<Row> => ({
    algorithm: 'argon2id',
    hash: await argon2(key, { type: argon2id, memoryCost: 1024, timeCost: 1, parallelism: 1 }),
    lookup_prefix: key.slice(0, 8),
  }),
} satisfies Record<string, (key: string) => Row | Promise<Row>>

export type Way = keyof typeof ways

export interface ImportStage extends AsyncDisposable {
  server: TestServer
  platform: TestKey
  /** What the log has said. */
  logged(): string
  ask(key: string | undefined, method: string, path: string, options?: CallOptions): Promise<Reply>
  /** With the administrator's key; what a row leaves open is what any key needs. */
  bring(rows: readonly object[], more?: object, options?: CallOptions): Promise<Reply>
  check(key: string, query?: string): Promise<Reply>
}

export async function openImportStage(settings: Record<string, string> = {}): Promise<ImportStage> {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const server = await startTestServer({ log, settings: { TRUSTED_PROXIES: '127.0.0.1,::1', ...settings } })
  const platform = await addAdministratorKey(server)
  await addResource(server, 'reports', {
    'reports:read': 'anyone',
    'reports:write': 'anyone',
    'reports:manage': 'org_admin',
  })
  const ask: ImportStage['ask'] = (key, method, path, options = {}) =>
    call(server.url, method, path, { key, ...options })
  return {
    server,
    platform,
    logged: () => lines.join(''),
    ask,
    bring: (rows, more = {}, options = {}) =>
      ask(platform.key, 'POST', '/v1/keys/import', {
        body: {
          rows: rows.map((row) => ({ scopes: ['reports:read'], expires_at: null, ...row })),
          hash_keys: hashKeys,
          default_organization_id: platform.organizationId,
          ...more,
        },
        ...options,
      }),
    check: (key, query = '') => ask(key, 'GET', `/v1/check${query}`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
