/** `keygrant apply FILE`: makes the server what a file says. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { applyResources } from '../resources/apply.ts'
import { readResourcesFile } from '../resources/file.ts'
import type { ResourceDefinition } from '../resources/resource.ts'
import { planDocument, planText } from './apply-diff.ts'
import { exitCodes } from './exit-codes.ts'
import { CommandFailure, usageFailure } from './failure.ts'
import type { Session } from './session.ts'
import { readAll, type Input } from './terminal.ts'
import { openWorkbench } from './workbench.ts'

interface ApplyOptions {
  dryRun?: boolean
  prune?: boolean
}

/** A file of a thousand scopes is a thousand statements. */
const TRANSACTION_TIMEOUT_MS = 60_000

const help = `
A file (or - for stdin) looks like this; objects are known by their names:
  version: 1
  resources:
    reports:
      identifier: https://api.example.com/reports
      title: Reports
      access_token: { format: jwt, lifetime: 900 }
      scopes:
        reports:read:  { title: See your reports }
        reports:write: { title: Change your reports, optional: true, grantable_by: org_admin }

With --dry-run the exit status is ${exitCodes.ok} if nothing would change and ${exitCodes.drift} if something would.`

export function addApplyCommand(program: Command, { run }: Session): void {
  program
    .command('apply')
    .description('make resources and scopes what a file says')
    .argument('<file>')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'delete what the file does not name')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(
      run(async ({ output, stdin }, file: string, options: ApplyOptions) => {
        const config = readConfig()
        const wanted = await readWanted(file, stdin, `${config.apiUrl}/v1`)
        const { dryRun = false, prune = false } = options
        if (wanted === null) {
          output.result(
            planDocument({ changes: [], kept: [], conflicts: [] }, dryRun),
            'The file says nothing of resources.',
          )
          return exitCodes.ok
        }
        await using bench = await openWorkbench(config)
        const plan = await bench.db.$transaction((tx) => applyResources(tx, wanted, { dryRun, prune }, bench.context), {
          timeout: TRANSACTION_TIMEOUT_MS,
        })
        if (plan.conflicts.length > 0) throw new CommandFailure(plan.conflicts.join('\n'))
        output.result(planDocument(plan, dryRun), planText(plan, dryRun))
        return dryRun && plan.changes.length > 0 ? exitCodes.drift : exitCodes.ok
      }),
    )
}

async function readWanted(file: string, stdin: Input, ownIdentifier: string): Promise<ResourceDefinition[] | null> {
  const text = await readText(file, stdin)
  const reading = readResourcesFile(text, [ownIdentifier])
  if (reading.ok) return reading.resources
  const lines = reading.faults.map(
    ({ line, path, message }) => `${file}:${line}: ${path === '' ? '' : `${path} `}${message}`,
  )
  throw new CommandFailure(lines.join('\n'))
}

async function readText(file: string, stdin: Input): Promise<string> {
  if (file === '-') return readAll(stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw usageFailure(
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} can't be read (${code ?? 'unknown reason'}).`,
    )
  }
}
