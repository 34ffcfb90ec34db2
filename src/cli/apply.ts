/** `keygrant apply FILE`: makes the server what a file says. */
import type { Command } from 'commander'
import type { ApplyOptions } from './apply-run.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'

const help = `
A file (or - for stdin) looks like this; objects are known by their names, and docs/apply.md tells all of it:
  version: 1
  tiers:
    free: { hour: 1000, burst: { size: 100 } }
  resources:
    reports:
      identifier: https://api.example.com/reports
      scopes:
        reports:read:  { title: See your reports }
        reports:write: { title: Change your reports, optional: true, grantable_by: org_admin }
      routes:
        - { match: "GET /v1/reports/**", scopes: [reports:read] }
  organizations:
    acme: { external_id: cus_42, owners: [ann@acme.com] }
  clients:
    dashboard: { redirect_uris: [https://app.acme.com/callback], resources: [reports], secret: { from_env: DASHBOARD_SECRET } }

It is applied whole or not at all. What the file doesn't name stays, unless it is told to --prune; sections that aren't
in it are left alone. With --dry-run the exit status is ${exitCodes.ok} if nothing would change and ${exitCodes.drift} if something would.`

export function addApplyCommand(program: Command, { run }: Session): void {
  program
    .command('apply')
    .description('make tiers, resources, organizations, clients, webhooks and settings what a file says')
    .argument('<file>')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'delete what the sections of the file do not name')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(
      run(async (io, path: string, options: ApplyOptions) => {
        const { applyFile } = await import('./apply-run.ts')
        return applyFile(io, path, options)
      }),
    )
}
