/** The contract's table of `/v1/check`, row by row, and the order in which reasons count. */
import { drawApiKey } from '../../src/api-keys/format.ts'
import type { addApiKey, CallOptions } from '../support/api.ts'

export const reports = 'https://api.example.com/reports'
const files = 'https://api.example.com/files'
const past = new Date(Date.now() - 1000)

const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')

interface Row {
  why: string
  /** Columns of the key; null: no key is sent. */
  key?: Parameters<typeof addApiKey>[1] | null
  /** What is sent in its place. */
  sent?: (key: string) => CallOptions
  query?: string
  status: number
  code: string
}

export const table: Row[] = [
  { why: 'a live key', status: 200, code: 'valid' },
  { why: 'a key in X-API-Key', sent: (key) => ({ headers: { 'x-api-key': key } }), status: 200, code: 'valid' },
  {
    why: 'a scheme in another case',
    sent: (key) => ({ headers: { authorization: `bEARER ${key}` } }),
    status: 200,
    code: 'valid',
  },
  { why: 'a scope that it has', query: '?scope=reports:read', status: 200, code: 'valid' },
  { why: 'all scopes that it has', query: '?scope=reports:read+reports:write', status: 200, code: 'valid' },
  { why: 'a registered resource', query: `?resource=${reports}`, status: 200, code: 'valid' },
  {
    why: 'the resource that it is for',
    key: { resource: reports },
    query: `?resource=${reports}`,
    status: 200,
    code: 'valid',
  },
  {
    why: 'a test key where tests are',
    key: { environment: 'test' },
    query: '?environment=test',
    status: 200,
    code: 'valid',
  },
  {
    why: 'the address that it may be used from',
    key: { allowedIps: ['192.0.2.0/24'] },
    sent: from('192.0.2.7'),
    status: 200,
    code: 'valid',
  },
  {
    why: 'a v6 address that it may be used from',
    key: { allowedIps: ['2001:db8::/32'] },
    sent: from('2001:db8:1::1'),
    status: 200,
    code: 'valid',
  },
  {
    why: 'an exposed key, until it is revoked',
    key: { exposedAt: past, exposedReason: 'leaked' },
    status: 200,
    code: 'valid',
  },

  { why: 'no credential', key: null, status: 401, code: 'missing' },
  { why: 'an empty credential', sent: () => ({ headers: { 'x-api-key': '' } }), status: 401, code: 'missing' },
  { why: 'a mistyped key', sent: (key) => ({ key: mistyped(key) }), status: 401, code: 'malformed' },
  { why: 'something else', sent: () => ({ key: 'hello' }), status: 401, code: 'malformed' },
  { why: 'another scheme', sent: () => ({ headers: { authorization: 'Basic YTpi' } }), status: 401, code: 'malformed' },
  {
    why: 'a key under DPoP',
    sent: (key) => ({ headers: { authorization: `DPoP ${key}` } }),
    status: 401,
    code: 'malformed',
  },
  {
    why: 'an endless credential',
    sent: () => ({ headers: { authorization: `Bearer ${'a'.repeat(9_000)}` } }),
    status: 401,
    code: 'malformed',
  },
  {
    why: 'two credentials',
    sent: (key) => ({ headers: { authorization: `Bearer ${key}`, 'x-api-key': key } }),
    status: 401,
    code: 'bad_request',
  },
  {
    why: 'the same header twice',
    sent: (key) => ({ headers: { authorization: [`Bearer ${key}`, 'Bearer x'] } }),
    status: 401,
    code: 'bad_request',
  },
  { why: 'an unknown key', sent: () => ({ key: drawApiKey('kg', 'live') }), status: 401, code: 'not_found' },
  { why: 'an unknown token', sent: () => ({ key: `kgat_${'a'.repeat(43)}` }), status: 401, code: 'not_found' },
  {
    why: 'a forged JWT',
    sent: () => ({ key: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.AAAA' }),
    status: 401,
    code: 'not_found',
  },
  { why: 'a revoked key', key: { revokedAt: past }, status: 401, code: 'revoked' },
  { why: 'a disabled key', key: { disabledAt: past }, status: 401, code: 'disabled' },
  { why: 'an expired key', key: { expiresAt: past }, status: 401, code: 'expired' },
  {
    why: 'a secret whose grace is over',
    key: { secret: { expiresAt: past, supersededAt: past } },
    status: 401,
    code: 'expired',
  },

  { why: 'an unknown parameter', query: '?scopes=reports:read', status: 401, code: 'bad_request' },
  { why: 'a repeated parameter', query: '?scope=reports:read&scope=', status: 401, code: 'bad_request' },
  { why: 'a cost of nothing', query: '?cost=0', status: 401, code: 'bad_request' },
  { why: 'a negative cost', query: '?cost=-5', status: 401, code: 'bad_request' },
  { why: 'a broken cost', query: '?cost=1.5', status: 401, code: 'bad_request' },
  { why: 'a cost above all', query: '?cost=10001', status: 401, code: 'bad_request' },
  { why: "a cost above the burst's size", query: '?cost=101', status: 401, code: 'bad_request' },
  { why: 'an unknown environment', query: '?environment=staging', status: 401, code: 'bad_request' },
  { why: 'an unknown mode', query: '?mode=off', status: 401, code: 'bad_request' },
  { why: 'an on_limit that lets pass', query: '?on_limit=200', status: 401, code: 'bad_request' },
  { why: 'an unknown policy', query: '/@nothing/v1/x', status: 401, code: 'bad_request' },
  { why: 'a path that is no policy', query: '/reports', status: 401, code: 'bad_request' },

  {
    why: 'a resource that it is not for',
    key: { resource: reports },
    query: `?resource=${files}`,
    status: 403,
    code: 'wrong_resource',
  },
  { why: 'its resource, asked for the default one', key: { resource: reports }, status: 403, code: 'wrong_resource' },
  {
    why: 'a resource that nobody registered',
    query: '?resource=https://nowhere.example',
    status: 403,
    code: 'wrong_resource',
  },
  { why: 'a test key where it is live', key: { environment: 'test' }, status: 403, code: 'wrong_environment' },
  { why: 'a live key where tests are', query: '?environment=test', status: 403, code: 'wrong_environment' },
  {
    why: 'an address that is not allowed',
    key: { allowedIps: ['192.0.2.0/24'] },
    sent: from('198.51.100.1'),
    status: 403,
    code: 'ip_not_allowed',
  },
  { why: 'a scope that it lacks', query: '?scope=files:read', status: 403, code: 'insufficient_scope' },
  {
    why: 'one scope of two that it lacks',
    query: '?scope=reports:read+files:read',
    status: 403,
    code: 'insufficient_scope',
  },
  { why: 'a scope that nobody has', query: '?scope=nonsense', status: 403, code: 'insufficient_scope' },
  {
    why: 'a scope for administrators, held by nobody of them',
    key: { scopes: ['reports:govern'] },
    query: '?scope=reports:govern',
    status: 403,
    code: 'insufficient_scope',
  },

  // The order: the first that applies is told.
  {
    why: 'revoked, before disabled and expired',
    key: { revokedAt: past, disabledAt: past, expiresAt: past },
    status: 401,
    code: 'revoked',
  },
  { why: 'disabled, before expired', key: { disabledAt: past, expiresAt: past }, status: 401, code: 'disabled' },
  { why: 'a bad question, before a missing credential', key: null, query: '?cost=0', status: 401, code: 'bad_request' },
  {
    why: 'revoked, before a wrong resource',
    key: { revokedAt: past, resource: reports },
    query: `?resource=${files}`,
    status: 401,
    code: 'revoked',
  },
  {
    why: 'the resource, before the environment',
    key: { resource: reports, environment: 'test' },
    query: `?resource=${files}`,
    status: 403,
    code: 'wrong_resource',
  },
  {
    why: 'the environment, before the address',
    key: { environment: 'test', allowedIps: ['192.0.2.1'] },
    status: 403,
    code: 'wrong_environment',
  },
  {
    why: 'the address, before the scope',
    key: { allowedIps: ['192.0.2.1'] },
    query: '?scope=files:read',
    status: 403,
    code: 'ip_not_allowed',
  },
]

function from(address: string) {
  return (key: string): CallOptions => ({ key, headers: { 'x-forwarded-for': address } })
}
