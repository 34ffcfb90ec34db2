/** A server that is measured, as the generator needs it. */
import type { Measured } from './processes.ts'

/** What one operation is about at a time: a signed-in session with its consent, and its line of refresh tokens. */
export interface Slot {
  /** The value of the Cookie header. */
  cookie: string
  accessToken: string | null
  refreshToken: string | null
}

export interface Target extends Measured {
  name: string
  port: number
  authorizePath: string
  tokenPath: string
  client: { id: string; secret: string }
  slots: Slot[]
}

/** How many sessions take turns. */
export const sessionCount = 64

/** A resource with one scope. */
export interface ProtectedApi {
  name: string
  identifier: string
  scope: string
  format: 'jwt' | 'opaque'
  /** Of its access tokens, in seconds. */
  lifetime: number
}

export const reports: ProtectedApi = {
  name: 'reports',
  identifier: 'https://api.example.com/reports',
  scope: 'reports:read',
  format: 'jwt',
  lifetime: 900,
}
export const redirectUri = 'https://app.example.com/callback'

/** What both servers know of the client: as strict as ours is, so that both do the same work. */
export const clientMetadata = {
  client_name: 'Bench',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
}

export const baseClient = { id: 'bench', secret: 'bench-only-secret-0123456789-abcdefghijklmnop' }
