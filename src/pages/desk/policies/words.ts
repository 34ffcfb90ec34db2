/** How a policy is told of, wherever it is. */
import { badge, say } from '../../../http/screen-parts.ts'
import type { Value } from '../../../http/screen.ts'
import type { PolicyOut } from './parts.ts'

export function modeBadge({ mode }: Pick<PolicyOut, 'mode'>): Value {
  return badge(say(`policy.mode.${mode}`), mode === 'enforce' ? 'good' : 'caution')
}
