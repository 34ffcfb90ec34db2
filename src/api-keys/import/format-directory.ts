/** How keys of other systems are looked for, in memory. The database's notices keep it true. */
import type { Changes } from '../../platform/changes.ts'
import type { Db } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { createReading } from '../../platform/reading.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { formatsOf, type Formats } from './formats.ts'
import { listFormats, listHashKeys } from './store.ts'

export interface FormatDirectory extends Disposable {
  readonly current: Formats
  /** Calls back after each new reading: what was looked for in vain may be found by now. */
  onChange(handler: () => void): void
}

/** Resolves once they have been read; a failed reading keeps the last one. */
export async function createFormatDirectory(options: {
  db: Db
  secrets: Secrets
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
}): Promise<FormatDirectory> {
  const { db, secrets, changes, log } = options
  const handlers: (() => void)[] = []
  let current: Formats = { any: false, sha256: false, hashKeys: [], prefixLengths: [] }
  const reading = createReading(
    'the formats of foreign keys',
    async () => {
      current = formatsOf(await listFormats(db), await listHashKeys(db), secrets)
      for (const handle of handlers) handle()
    },
    log,
  )

  // Listening comes before the first read.
  changes.on('foreign_keys', reading.reload)
  changes.onGap(reading.reload)
  try {
    await reading.refresh()
  } catch (error) {
    reading[Symbol.dispose]()
    throw error
  }
  return {
    get current() {
      return current
    },
    onChange: (handler) => void handlers.push(handler),
    [Symbol.dispose]: reading[Symbol.dispose],
  }
}
