/** Notes which scope let a key call the management API. What is checked for gateways is noted with its decision. */
import type { Principal } from '../http/api/principal.ts'
import type { ApiScope } from '../http/api/scopes.ts'
import type { UsageRecorder } from '../usage/usage.ts'

/** It is the one by which the call reaches as far as it does: `admin:…`, where the key has both. */
export type NoteScope = (principal: Principal, scope: ApiScope) => void

export function createNoteScope(usage: Pick<UsageRecorder, 'needed'>): NoteScope {
  return ({ kind, credentialId, administrator, scopes }, scope) => {
    if (kind !== 'api_key') return
    const everybodys = `admin:${scope}`
    if (administrator && scopes.has(everybodys)) usage.needed(credentialId, [everybodys])
    else if (scopes.has(scope)) usage.needed(credentialId, [scope])
  }
}
