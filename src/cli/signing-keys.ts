/** `keygrant signing-keys …`: lists the keys that sign tokens, and puts new ones in their place. */
import type { Command } from 'commander'
import { listSigningKeys, rotateSigningKeys } from '../oidc/signing-keys/signing-keys.ts'
import { shortTime, table } from './output.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addSigningKeyCommands(program: Command, { run }: Session): void {
  const signingKeys = program.command('signing-keys').description('the keys that sign tokens')

  signingKeys
    .command('list')
    .description('list the signing keys, newest first')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }) => {
        await using bench = await openWorkbench()
        const keys = await listSigningKeys(bench.db, bench.clock)
        const data = keys.map(({ kid, algorithm, stage, publishedAt, activeFrom, retiredAt, goneAt }) => ({
          kid,
          algorithm,
          stage,
          published_at: publishedAt.toISOString(),
          active_from: activeFrom.toISOString(),
          retired_at: retiredAt?.toISOString() ?? null,
          gone_at: goneAt?.toISOString() ?? null,
        }))
        const rows = keys.map(({ kid, algorithm, stage, activeFrom, goneAt }) => [
          kid,
          algorithm,
          stage,
          shortTime(activeFrom),
          goneAt ? shortTime(goneAt) : '-',
        ])
        const text = rows.length === 0 ? 'There are none yet: the first start of the server makes them.' : ''
        output.result({ data }, text || table(['KID', 'ALGORITHM', 'STAGE', 'USED FROM', 'GONE AT'], rows))
      }),
    )

  signingKeys
    .command('rotate')
    .description('publish new signing keys, which are used once everybody has had the time to fetch them')
    .option(
      '--immediately',
      'for keys that were stolen: the new ones are used and the old ones gone at once, and so are tokens that they signed',
    )
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: { immediately?: boolean }) => {
        await using bench = await openWorkbench()
        const { immediately = false } = options
        const { published } = await rotateSigningKeys(bench, { immediately, context: bench.context })
        const document = {
          published: published.map(({ kid, algorithm, activeFrom }) => ({
            kid,
            algorithm,
            active_from: activeFrom.toISOString(),
          })),
        }
        const rows = published.map(({ kid, algorithm, activeFrom }) => [kid, algorithm, shortTime(activeFrom)])
        output.result(document, table(['KID', 'ALGORITHM', 'USED FROM'], rows))
      }),
    )
}
