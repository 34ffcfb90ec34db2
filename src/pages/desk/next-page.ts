/** Where a list goes on: the same address, one page further. */
import type { Desk } from './desk.ts'

export function nextPage(desk: Pick<Desk, 'ctx' | 'query'>, cursor: string | null): string | null {
  if (cursor === null) return null
  const { done: _, ...query } = desk.query
  return `${desk.ctx.path}?${new URLSearchParams({ ...query, cursor }).toString()}`
}
