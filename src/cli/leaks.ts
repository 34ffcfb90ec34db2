/** `keygrant leaks patterns`: what scanners for leaked secrets are told. It needs no server, only the prefix of its keys. */
import { Option, type Command } from 'commander'
import { prefixOf } from './generate-key.ts'
import type { Session } from './session.ts'

export function addLeakPatterns(leaks: Command, { run }: Session): void {
  leaks
    .command('patterns')
    .description('print what scanners find keys by: a regular expression, and a rule for gitleaks')
    .addOption(new Option('--prefix <prefix>', 'what keys begin with (KEY_PREFIX unless said)').argParser(prefixOf))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: { prefix?: string }) => {
        const { gitleaksRule, keyPattern } = await import('../leaks/patterns.ts')
        const prefix = options.prefix ?? (await configuredPrefix())
        const [regex, gitleaks] = [keyPattern(prefix), gitleaksRule(prefix)]
        output.result({ prefix, regex, gitleaks }, `${regex}\n\n${gitleaks}`)
      }),
    )
}

async function configuredPrefix(): Promise<string> {
  const { readKeyPrefix } = await import('../config.ts')
  return readKeyPrefix()
}
