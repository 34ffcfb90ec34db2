/** `keygrant audit verify`: it takes the secret keys, which only the host has. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Checkpoint } from '../../audit/verify.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { hostOnlyWords, onHost } from './on-host.ts'

const help = `
The exit status is ${exitCodes.fault} if a row was altered, moved, put in or taken out, or if the end was cut off. Every key that rows
were sealed under has to be in SECRET_KEY still. The checkpoint that it prints, kept where nobody who can write into
the database may write, shows later that nothing was taken back to before it.`

export function addHostAuditCommands(audit: Command, { run }: Session): void {
  audit
    .command('verify')
    .description(hostOnlyWords('look whether the audit trail is what was written, row by row'))
    .addOption(
      new Option('--checkpoint <checkpoint>', 'what an earlier run has printed: it must still be so').argParser(
        checkpointOf,
      ),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(
      run(
        onHost(
          'It takes the secret keys of the server.',
          async () => (await import('./verify-audit.ts')).verifyAuditTrail,
        ),
      ),
    )
}

function checkpointOf(text: string): Checkpoint {
  const [, seq = '', mac = ''] = /^(\d{1,18}):([\w-]{43})$/.exec(text) ?? []
  if (seq === '') throw new InvalidArgumentError('It is the checkpoint of an answer, as it is.')
  return { seq: BigInt(seq), mac: Buffer.from(mac, 'base64url') }
}
