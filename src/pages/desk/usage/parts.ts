/** What the page of usage needs besides the API. */
import type { CheckFigure } from '../../../check/figures.ts'

export interface UsagePages {
  base: '/account' | '/admin'
  /** What this process has answered at checks, since it began. */
  figures: () => readonly CheckFigure[]
}

export const pathOfUsage = ({ base }: Pick<UsagePages, 'base'>): string =>
  base === '/admin' ? '/admin/traffic' : '/account/usage'
