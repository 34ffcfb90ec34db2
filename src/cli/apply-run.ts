/** The work of `keygrant apply`: reads the file, has the server apply it, and tells what that comes to. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ApiClient, ApiReply } from './api/client.ts'
import { openApi } from './api/open.ts'
import { ProblemFailure } from './api/problem-failure.ts'
import { planText, type PlanDocument } from './apply-diff.ts'
import { faultLines, readApplyFile, type ApplyFile } from './apply-file.ts'
import { fillInSecrets } from './apply-secrets.ts'
import { exitCodes } from './exit-codes.ts'
import { CommandFailure, usageFailure } from './failure.ts'
import { printable } from './output.ts'
import type { CommandIo } from './session.ts'
import { readAll, type Input } from './terminal.ts'

export interface ApplyOptions {
  dryRun?: boolean
  prune?: boolean
}

/** @returns the exit status */
export async function applyFile({ output, stdin }: CommandIo, path: string, options: ApplyOptions): Promise<number> {
  const { dryRun = false, prune = false } = options
  const file = await readWhole(path, stdin)
  const { document, faults } = await fillInSecrets(file, path === '-' ? '.' : dirname(path))
  if (faults.length > 0) throw new CommandFailure(printable(faultLines(path, faults)))
  await using api = await openApi({ output })
  const body = { document, dry_run: dryRun, prune }
  const plan = planOf(await send(api, body), path, file)
  output.result(plan, planText(plan))
  return dryRun && plan.changed ? exitCodes.drift : exitCodes.ok
}

const send = (api: ApiClient, body: object): Promise<ApiReply> => api.call({ method: 'POST', path: '/v1/apply', body })

/** @throws {CommandFailure} with the line of the file for each fault that is in it */
function planOf(reply: ApiReply, path: string, file: ApplyFile): PlanDocument {
  if (reply.ok) return reply.document as PlanDocument
  const { errors = [] } = reply.problem
  const inFile = errors.filter((fault) => fault.path.startsWith('/document'))
  if (inFile.length === 0 || inFile.length < errors.length) throw new ProblemFailure(reply.problem)
  const faults = inFile.map(({ path: pointer, message }) => file.faultAt(placeOf(pointer), message))
  throw new CommandFailure(faultLines(path, faults).split('\n').map(printable).join('\n'))
}

/** A JSON pointer into the body (RFC 6901), which has the document in it. */
function placeOf(pointer: string): string[] {
  const parts = pointer.split('/').slice(2)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** @throws {CommandFailure} with each fault and its line */
async function readWhole(path: string, stdin: Input): Promise<ApplyFile> {
  const reading = readApplyFile(await readText(path, stdin))
  if (reading.ok) return reading.file
  throw new CommandFailure(faultLines(path, reading.faults).split('\n').map(printable).join('\n'))
}

async function readText(path: string, stdin: Input): Promise<string> {
  if (path === '-') return readAll(stdin)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw usageFailure(
      code === 'ENOENT' ? `There is no file ${resolve(path)}.` : `${path} can't be read (${code ?? 'unknown reason'}).`,
    )
  }
}
