/** The text of a file that is imported, or of stdin. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandFailure, usageFailure } from '../failure.ts'
import { readAll, type Input } from '../terminal.ts'

/** It is held in memory; whoever has more sends it in parts. */
const MOST_BYTES = 256 * 1024 * 1024

/** @throws {CommandFailure} */
export async function readFileOrStdin(file: string, stdin: Input): Promise<string> {
  if (file === '-') return readAll(stdin, MOST_BYTES)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw usageFailure(
      error.code === 'ENOENT'
        ? `There is no file ${resolve(file)}.`
        : `${file} can't be read (${error.code ?? 'unknown reason'}).`,
    )
  })
  if (bytes.length > MOST_BYTES) throw new CommandFailure(`${file} is larger than 256 MiB: import it in parts.`)
  return bytes.toString('utf8')
}
