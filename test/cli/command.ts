/** Runs command lines against a database of the test's own: inside this process, which is fast, or as a program. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ApiClient } from '../../src/cli/api/client.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { settings } from '../../src/config-variables.ts'
import { openDatabase, type Db } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { createTestDatabase } from '../support/database.ts'
import { nodeEnvironment } from '../support/node-environment.ts'

export interface Outcome {
  status: number
  stdout: string
  stderr: string
}

export interface CommandBench extends AsyncDisposable {
  db: Db
  secrets: Secrets
  databaseUrl: string
  /** A folder of its own, which is also the working directory of `spawn`. */
  folder: string
  run(args: readonly string[], given?: Given): Promise<Outcome>
  /** With `--json` added; fails unless the status is 0. */
  json<Document>(args: readonly string[], given?: Given): Promise<Document>
  spawn(args: readonly string[], given?: Given): Promise<Outcome>
}

interface Given {
  stdin?: string
  environment?: Record<string, string>
  /** In place of one that is opened for this command alone. */
  api?: ApiClient
}

const secretKey = 'command-bench-secret-key-0123456789-abcdef'
const entry = fileURLToPath(new URL('../../src/cli/keygrant.ts', import.meta.url))

export async function openCommandBench(): Promise<CommandBench> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await createTestDatabase())
  const folder = await mkdtemp(join(tmpdir(), 'keygrant-command-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  const { prisma: db } = opening.use(openDatabase({ url, poolSize: 2, log: createLog('silent') }))
  const usual = {
    DATABASE_URL: url,
    SECRET_KEY: secretKey,
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://localhost:3999',
  }
  const open = opening.move()

  async function run(args: readonly string[], given: Given = {}): Promise<Outcome> {
    for (const name of [...Object.keys(settings), 'KEYGRANT_PASSWORD']) delete process.env[name]
    Object.assign(process.env, usual, given.environment)
    const [stdout, stderr] = [collector(), collector()]
    const stdin = Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)])
    const io = { stdin, stdout: stdout.stream, stderr: stderr.stream, ...(given.api && { api: given.api }) }
    const status = await runCommandLine(args, io)
    return { status, stdout: stdout.text(), stderr: stderr.text() }
  }

  return {
    db,
    secrets: createSecrets([secretKey]),
    databaseUrl: url,
    folder,
    run,
    async json<Document>(args: readonly string[], given?: Given) {
      const { status, stdout, stderr } = await run([...args, '--json'], given)
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
      return JSON.parse(stdout) as Document
    },
    spawn(args, given = {}) {
      const environment = { ...nodeEnvironment(), HOME: folder, ...usual, ...given.environment }
      return spawnCommand(args, { folder, environment, stdin: given.stdin ?? '' })
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export function spawnCommand(
  args: readonly string[],
  given: { folder: string; environment: NodeJS.ProcessEnv; stdin?: string },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: given.folder, env: given.environment }
    const child = execFile(process.execPath, [entry, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
    child.stdin?.end(given.stdin ?? '')
  })
}

function collector(): { stream: Writable; text(): string } {
  const chunks: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}
