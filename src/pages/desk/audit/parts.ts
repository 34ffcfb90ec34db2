/** What the console's pages of the audit trail share. */
import type { Desk } from '../desk.ts'

export const listPath = '/admin/audit'

export interface AuditEventOut {
  id: string
  type: string
  created_at: string
  actor: { kind: string; id: string | null }
  target: { kind: string; id: string }
  organization_id: string | null
  request_id: string | null
  address: string | null
  data: Record<string, unknown>
}

/** Where the chain of the trail stands. */
export interface ChainState {
  /** The last one that is linked; null: none is yet. */
  seq: string | null
  at: Date | null
  /** Those that nobody has linked yet. */
  waiting: number
  /** Where the newest sealed segment ends; 0: none is sealed yet. */
  sealedTo: string
  /** The last one that the server has dropped by its age; 0: none. */
  droppedTo: string
}

export interface AuditPages {
  chain(): Promise<ChainState>
}

/** By what the list is narrowed, as people type it; days are whole ones, in UTC. */
export const filterNames = ['type', 'actor_id', 'target_id', 'organization_id', 'from', 'to'] as const
export type AuditFilter = Record<(typeof filterNames)[number], string>

export function filterOf(desk: Pick<Desk, 'query'>): AuditFilter {
  return Object.fromEntries(filterNames.map((name) => [name, (desk.query[name] ?? '').trim()])) as AuditFilter
}

export const isNarrowed = (filter: AuditFilter): boolean => filterNames.some((name) => filter[name] !== '')

const msOfDay = 86_400_000

/** As the API takes it. What is no day goes on as it was typed: the API says so. */
export function queryOf(filter: AuditFilter): Record<string, string | undefined> {
  const said = Object.fromEntries(filterNames.map((name) => [name, filter[name] === '' ? undefined : filter[name]]))
  return { ...said, from: startOf(filter.from, 0), to: startOf(filter.to, msOfDay) }
}

function startOf(day: string, later: number): string | undefined {
  if (day === '') return undefined
  const start = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(start) ? day : new Date(start + later).toISOString()
}

/** The list, narrowed to this alone. */
export function narrowedTo(filter: Partial<AuditFilter>): string {
  const said = Object.entries(filter).filter(([, value]) => value !== '')
  return said.length === 0 ? listPath : `${listPath}?${new URLSearchParams(Object.fromEntries(said)).toString()}`
}
