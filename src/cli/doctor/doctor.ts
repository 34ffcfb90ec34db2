/** Looks at everything that an installation needs, and says of each fault what to do. */
import type { Config } from '../../config.ts'
import { systemClock } from '../../platform/clock.ts'
import { findRunningEmbeddedDatabase } from '../../platform/embedded-running.ts'
import { exitCodes } from '../exit-codes.ts'
import { printable } from '../output.ts'
import { openPeopleBench } from '../people.ts'
import type { CommandIo } from '../session.ts'
import { checkBacklogs } from './backlog.ts'
import { checkConfiguration } from './configuration.ts'
import { checkDatabase } from './database.ts'
import { fault, type Finding } from './finding.ts'
import { checkPublicUrl } from './public-url.ts'
import { checkSigningKeys } from './signing-keys.ts'
import { checkFlow } from './trial.ts'

export async function diagnose({ output }: CommandIo): Promise<number> {
  const { config, findings } = checkConfiguration()
  if (config !== null) findings.push(...(await examine(config)))
  const faults = findings.filter(({ status }) => status === 'fault').length
  output.result({ ok: faults === 0, checks: findings }, findings.map(line).join('\n'))
  return faults === 0 ? exitCodes.ok : exitCodes.fault
}

/** What needs a thing that is not there is not looked at: one fault should be told once. */
async function examine(config: Config): Promise<Finding[]> {
  const web = await checkPublicUrl(config.publicUrl)
  const address = await addressOf(config)
  if (address === null) return [embeddedAtRest, ...web.findings]
  const database = await checkDatabase(config, address, systemClock)
  if (!database.usable) return [...database.findings, ...web.findings]
  await using people = await openPeopleBench(config)
  return [
    ...database.findings,
    await checkSigningKeys(people.bench),
    ...(await checkBacklogs(people.bench)),
    ...web.findings,
    ...(web.reached ? await checkFlow(people) : []),
  ]
}

/** Null: the database is the embedded one, which runs with its server only. Looking should not start one. */
async function addressOf({ database, dataDir }: Config): Promise<{ url: string; directUrl: string } | null> {
  const url = database.url ?? (await findRunningEmbeddedDatabase(dataDir))
  return url === null ? null : { url, directUrl: database.directUrl ?? url }
}

const embeddedAtRest = fault(
  'database',
  'the embedded one is not running, since no server runs on its data folder',
  'Start the server (npm start); if one runs, give this command the same DATA_DIR.',
)

const signs = { ok: 'ok   ', warn: 'warn ', fault: 'FAULT' } as const

function line({ check, status, detail, remedy }: Finding): string {
  const told = `${signs[status]}  ${check}: ${printable(detail)}`
  return remedy === null ? told : `${told}\n         ${printable(remedy)}`
}
