/** `keygrant doctor`: looks for what is wrong with an installation. */
import type { Command } from 'commander'
import { exitCodes } from './exit-codes.ts'
import { hostOnlyWords, onHost } from './host/on-host.ts'
import type { Session } from './session.ts'

const help = `
The last check signs in and consents through PUBLIC_URL as a temporary person to a temporary client; both are
deleted again. The exit status is ${exitCodes.fault} if there is a fault; a warning alone is none.`

export function addDoctorCommand(program: Command, { run }: Session): void {
  program
    .command('doctor')
    .description(
      hostOnlyWords('look for what is wrong with this installation, and drive one real code flow through it'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(
      run(
        onHost(
          'It looks at the host itself: its settings, its database, its address.',
          async () => (await import('./doctor/doctor.ts')).diagnose,
        ),
      ),
    )
}
