/** `keygrant keys generate`: it needs no configuration, since it is what a configuration is written with. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Session } from './session.ts'

export function addGenerateKey(keys: Command, { run }: Session): void {
  keys
    .command('generate')
    .description('print a random key that is nobody’s yet, for BOOTSTRAP_ADMIN_KEY')
    .addOption(new Option('--prefix <prefix>', 'what it begins with').default('kg').argParser(prefixOf))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: { prefix: string }) => {
        const { drawApiKey } = await import('../api-keys/format.ts')
        const key = drawApiKey(options.prefix, 'live')
        output.result({ key }, key)
      }),
    )
}

export function prefixOf(text: string): string {
  if (/^[a-z][a-z0-9]{1,15}$/.test(text)) return text
  throw new InvalidArgumentError('It is 2 to 16 lower-case letters and digits, beginning with a letter.')
}
