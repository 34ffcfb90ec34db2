/** How the server and what it stands on are, for whoever runs it. No address, user or secret is in it. */
import type { CheckFigure } from '../../../check/figures.ts'

/** What waits to be sent. */
export interface Backlog {
  waiting: number
  /** Since when what has waited longest has been due; null: nothing is. */
  oldest: Date | null
  /** Longer than it should. */
  late: boolean
}

export interface PlatformState {
  version: string
  node: string
  startedAt: Date
  database: { version: string; milliseconds: number }
  migrations: {
    applied: number
    newest: string
    state: 'current' | 'ahead' | 'behind' | 'failed' | 'changed' | 'diverged'
  }
  /** `none`: limits are counted in this process · `local`: they should be in Redis, which is gone */
  redis: { state: 'none' | 'redis' | 'local'; version: string | null }
  listener: { state: 'live' | 'blind' }
  mail: Backlog
  /** Events nobody has looked at yet, and deliveries. */
  webhooks: Backlog
  /** `seq` null: nothing was linked yet. */
  audit: { seq: string | null; at: Date | null; waiting: number }
}

export interface StateOf {
  platform(): Promise<PlatformState>
  /** The quick part, for the first page: what is known without a statement, but for the one that shows it is there. */
  quick(): Promise<Pick<PlatformState, 'redis' | 'listener' | 'startedAt'> & { database: { milliseconds: number } }>
  /** Since this process began. */
  figures(): readonly CheckFigure[]
}
