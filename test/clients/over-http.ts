/** Clients over HTTP, as the tests ask of them. */
import { call, type CallOptions, type Reply, type TestKey } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'

export interface Shown extends Record<string, unknown> {
  id: string
  client_id: string
  secret: string | null
  data: Shown[]
  errors?: { path: string; message: string }[]
}
export type Answer = Omit<Reply, 'body'> & { body: Shown }

export async function askAt(
  { url }: Pick<TestServer, 'url'>,
  key: TestKey,
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  return call(url, method, path, { key: key.key, body, ...options })
}

export const metadata = { client_name: 'ACME Dashboard', redirect_uris: ['https://app.example.com/callback'] }
export const machine = {
  client_name: 'ACME Machine',
  grant_types: ['client_credentials'],
  scope: 'reports:read',
} as const

export async function registeredAt(
  server: Pick<TestServer, 'url'>,
  key: TestKey,
  fields: object = metadata,
): Promise<Shown> {
  const { status, body } = await askAt(server, key, 'POST', '/v1/clients', fields)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body
}

/** Status, code, and where the faults are. */
export const shape = ({ status, body }: Answer) => [
  status,
  body['code'],
  ...(body.errors ?? []).map(({ path }) => path),
]
