/** `keygrant migrate`. */
import { readConfig } from '../../config.ts'
import { createLog } from '../../platform/log.ts'
import { migrate } from '../../platform/migrate.ts'
import { openDatabaseAddress } from '../database-address.ts'
import type { CommandIo } from '../session.ts'

export async function migrateDatabase({ output }: CommandIo): Promise<void> {
  const log = createLog('silent')
  await using address = await openDatabaseAddress(readConfig(), log)
  const { applied } = await migrate({ url: address.directUrl, log })
  const text = applied.length === 0 ? 'Nothing to do.' : applied.map((name) => `applied ${name}`).join('\n')
  output.result({ applied }, text)
}
