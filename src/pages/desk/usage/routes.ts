/** The page of usage: a person's own in the account, everybody's in the console. */
import type { DeskRoute } from '../desk.ts'
import { pathOfUsage, type UsagePages } from './parts.ts'
import { showUsage } from './usage.ts'

export function usagePages(pages: UsagePages): DeskRoute[] {
  return [{ method: 'GET', path: pathOfUsage(pages), handle: (desk) => showUsage(desk, pages) }]
}
