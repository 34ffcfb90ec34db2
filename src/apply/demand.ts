/** Who may apply and read which sections: each asks for the administrators' scopes of what it changes. */
import type { Principal } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
import type { AnySection } from './section.ts'

/**
 * Who may change it may also see what a change of it would be.
 * @throws {Problem} `host_only`, or `insufficient_scope` with all that is missing
 */
export function demandReach(principal: Principal, sections: readonly AnySection[], verb: 'read' | 'write'): void {
  const onHost = sections.find(({ hostOnly }) => hostOnly && principal.kind !== 'operator')
  if (onHost) {
    throw new Problem('host_only', {
      detail: `A document's ${onHost.name} are applied on the host itself: no API key can change them. Take the section out, or run keygrant apply there.`,
    })
  }
  const missing = sections.flatMap((section) => missingScopes(principal, section, verb))
  if (missing.length === 0) return
  throw new Problem('insufficient_scope', {
    detail: `This needs a credential of an administrator of the platform, with ${missing.join(', ')}.`,
    members: { missing_scopes: missing },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${missing.join(' ')}"` },
  })
}

export function mayRead(principal: Principal, section: AnySection): boolean {
  if (section.hostOnly) return principal.kind === 'operator'
  return missingScopes(principal, section, 'read').length === 0
}

function missingScopes(principal: Principal, { collections }: AnySection, verb: 'read' | 'write'): string[] {
  const sufficient = verb === 'read' ? (['read', 'write'] as const) : (['write'] as const)
  return collections
    .filter((name) => {
      const held = sufficient.some((one) => principal.scopes.has(`admin:${name}:${one}`))
      return !(held && principal.administrator)
    })
    .map((name) => `admin:${name}:${verb}`)
}
