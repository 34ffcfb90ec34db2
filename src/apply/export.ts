/** Reads what is there as a document that, applied again, changes nothing. */
import type { Principal } from '../http/api/principal.ts'
import type { Db } from '../platform/database.ts'
import { mayRead } from './demand.ts'
import { sections, type Document } from './document.ts'
import type { ApplyServices } from './section.ts'

export interface Exported {
  document: Document
  /** What the document doesn't say, in words. */
  notes: string[]
  /** Sections that the caller may not read. */
  leftOut: string[]
}

const TRANSACTION_TIMEOUT_MS = 60_000

/** All of it as of one moment. */
export async function exportDocument(db: Db, services: ApplyServices, principal: Principal): Promise<Exported> {
  const readable = sections.filter((section) => mayRead(principal, section))
  const notes: string[] = []
  const entries = await db.$transaction(
    async (tx) => {
      const read: [string, unknown][] = []
      for (const section of readable) {
        const said = await section.read({ tx, services, note: (text) => void notes.push(text) })
        read.push([section.name, said])
      }
      return read
    },
    { isolationLevel: 'RepeatableRead', timeout: TRANSACTION_TIMEOUT_MS },
  )
  const leftOut = sections.filter((section) => !readable.includes(section)).map(({ name }) => name)
  return { document: { version: 1, ...Object.fromEntries(entries) }, notes, leftOut }
}
