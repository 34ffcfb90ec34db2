/** What a scope may be called: RFC 6749's syntax, and none of the names that are ours or OpenID Connect's. */

import { isManagementScope } from '../http/api/scopes.ts'

/** RFC 6749, 3.3: visible ASCII but for `"` and `\`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const MAX_LENGTH = 100

/** OpenID Connect Core, 5.4 and 11. */
export const openidScopeNames = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const
const openidScopes: ReadonlySet<string> = new Set(openidScopeNames)

export function isOpenidScope(name: string): boolean {
  return openidScopes.has(name)
}

/** What is wrong with the name; null if a resource may have it. */
export function scopeNameFault(name: string): string | null {
  if (name.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`
  if (!SCOPE_TOKEN.test(name)) return 'must be visible ASCII without spaces, quotes and backslashes'
  if (openidScopes.has(name)) return 'is a scope of OpenID Connect'
  if (isManagementScope(name) || name.startsWith('admin:')) return 'is reserved for the management API'
  return null
}
