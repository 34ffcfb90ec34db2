/** `keygrant migrate`: brings the database to this version's schema, for those who want it done before the servers start. */
import type { Command } from 'commander'
import { hostOnlyWords, onHost } from './host/on-host.ts'
import type { Session } from './session.ts'

export function addMigrateCommand(program: Command, { run }: Session): void {
  program
    .command('migrate')
    .description(hostOnlyWords("bring the database to this version's schema (servers also do it at their start)"))
    .option('--json', 'print JSON')
    .action(
      run(
        onHost(
          'The database is reached from the host alone.',
          async () => (await import('./host/migrate.ts')).migrateDatabase,
        ),
      ),
    )
}
