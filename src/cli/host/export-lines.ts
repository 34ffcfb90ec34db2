/** `keygrant export --keys --users`: hashes and what they stand for, a JSON object a line, as the imports take them. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { exportKeys } from '../../api-keys/export/export.ts'
import { exportUsers } from '../../users/import/export.ts'
import { terminalJson } from '../../platform/terminal-json.ts'
import type { CommandIo } from '../session.ts'
import { openWorkbench } from '../workbench.ts'

/** People come first: keys are theirs, and the keys of their hashes are referred to by their places. */
export async function exportLines(
  { stdout, output }: CommandIo,
  { keys = false, users = false }: { keys?: boolean; users?: boolean },
): Promise<void> {
  await using bench = await openWorkbench()
  output.note('What comes holds hashes and the keys that they were made with: keep it as you keep SECRET_KEY.')
  if (users) await write(stdout, exportUsers(bench))
  if (keys) await write(stdout, exportKeys(bench))
}

/** As fast as it is taken, and until its reader has enough, as `head` has. */
async function write(stdout: Writable, lines: AsyncIterable<object>): Promise<void> {
  for await (const line of lines) {
    if (!stdout.writable) return
    if (!stdout.write(`${terminalJson(line)}\n`)) await once(stdout, 'drain').catch(unlessClosed)
  }
}

/** What a database that went away says, too, and must not be taken for. */
function unlessClosed(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
}
