/** What is set now, in memory: the database's notices keep it true. */
import type { Changes } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createReading } from '../platform/reading.ts'
import type { GivenSettings, SettingValues } from '../setting-values.ts'
import { readSettings } from './change.ts'
import { valuesOf } from './setting.ts'

export interface Settings extends Disposable {
  readonly given: GivenSettings
  /** Ask each time; what was asked before may be out of date. */
  current(): Readonly<SettingValues>
  /** Reads them anew; resolves when everything that was committed before the call is there. */
  refresh(): Promise<void>
}

/** Resolves once they have been read. A reload that fails keeps what was read last and is tried again until it works. */
export async function createSettings(options: {
  db: Db
  given: GivenSettings
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
}): Promise<Settings> {
  const { db, given, changes, log } = options
  let current: SettingValues = { ...given.defaults, ...given.fixed }
  const reading = createReading(
    'the settings',
    async () => {
      current = valuesOf(await readSettings(db, given))
    },
    log,
  )

  // Listening comes before the first read, so that no change falls between the two.
  changes.on('setting', reading.reload)
  changes.onGap(reading.reload)
  try {
    await reading.refresh()
  } catch (error) {
    reading[Symbol.dispose]()
    throw error
  }

  return {
    given,
    current: () => current,
    refresh: reading.refresh,
    [Symbol.dispose]: reading[Symbol.dispose],
  }
}
