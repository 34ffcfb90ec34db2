/** The console's pages of what the platform itself is made of: its APIs, policies, tiers, trail, signing keys and settings. */
import { readDropped, readHead } from '../audit/chain-rows.ts'
import { auditPages } from '../pages/desk/audit/routes.ts'
import type { ChainState } from '../pages/desk/audit/parts.ts'
import type { DeskRoute } from '../pages/desk/desk.ts'
import { policyPages } from '../pages/desk/policies/routes.ts'
import { resourcePages } from '../pages/desk/resources/routes.ts'
import { searchPages } from '../pages/desk/search/search.ts'
import { settingPages } from '../pages/desk/settings/routes.ts'
import { signingKeyPages } from '../pages/desk/signing-keys/routes.ts'
import { tierPages } from '../pages/desk/tiers/routes.ts'
import type { Database } from '../platform/database.ts'

export function platformPages({ pool, checkUrl }: { pool: Database['pool']; checkUrl: string }): DeskRoute[] {
  return [
    ...resourcePages(),
    ...policyPages({ checkUrl }),
    ...tierPages(),
    ...auditPages({ chain: () => readChain(pool) }),
    ...signingKeyPages(),
    ...settingPages(),
    ...searchPages(),
  ]
}

async function readChain(pool: Database['pool']): Promise<ChainState> {
  const [{ head, segmentsTo, waiting }, dropped] = await Promise.all([readHead(pool), readDropped(pool)])
  return {
    seq: head ? String(head.seq) : null,
    at: head ? new Date(Number(head.at)) : null,
    waiting,
    sealedTo: String(segmentsTo),
    droppedTo: String(dropped?.lastSeq ?? 0),
  }
}
