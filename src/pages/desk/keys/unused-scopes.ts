/** What a key may do and nothing has needed for a month: offered to be left out with the next secret. */
import type { ScopeUsageOut } from '../../../api-keys/scope-use/api.ts'
import { action, notice, say } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { KeyOut } from '../wire.ts'

export async function unusedScopes(desk: Desk, path: string, { id, scopes }: KeyOut): Promise<Block[]> {
  const { data } = await desk.api.get<ScopeUsageOut>(`/v1/keys/${id}/scope-usage`)
  const unused = data.filter((one) => one.unused).map(({ scope }) => scope)
  if (unused.length === 0) return []
  if (unused.length === scopes.length) {
    return [notice(say('key.unused.all'), 'neutral', { action: action(say('key.revoke'), `${path}/revoke`) })]
  }
  const without = new URLSearchParams({ without: unused.join(' ') }).toString()
  return [
    notice(say('key.unused.text', { scopes: unused.join(', ') }), 'neutral', {
      title: say('key.unused.title', { count: unused.length }),
      action: action(say('key.unused.rotate'), `${path}/rotate?${without}`),
    }),
  ]
}
