/** `keygrant migrate`: brings the database to this version's schema, for those who want it done before the servers start. */
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { createLog } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { openDatabaseAddress } from './database-address.ts'
import type { Session } from './session.ts'

export function addMigrateCommand(program: Command, { run }: Session): void {
  program
    .command('migrate')
    .description("bring the database to this version's schema (servers also do it at their start)")
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }) => {
        const log = createLog('silent')
        const config = readConfig()
        await using address = await openDatabaseAddress(config, log)
        const { applied } = await migrate({ url: address.directUrl, log })
        output.result(
          { applied },
          applied.length === 0 ? 'Nothing to do.' : applied.map((name) => `applied ${name}`).join('\n'),
        )
      }),
    )
}
