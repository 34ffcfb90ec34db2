/** JSON that is typed as the value of an option, or lies in a file that the option names. */
import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'

/** `@file` stands for what is in it. @throws {InvalidArgumentError} */
export function jsonOf(text: string): unknown {
  const isFile = text.startsWith('@')
  const content = isFile ? contentOf(text.slice(1)) : text
  try {
    return JSON.parse(content) as unknown
  } catch {
    throw new InvalidArgumentError(
      isFile ? 'The file is not JSON.' : 'It is neither JSON, nor @ and the name of a file.',
    )
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidArgumentError(
      `The file can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
    )
  }
}
