/** What a command reads: stdin whole, or a secret that is typed without being shown. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { usageFailure } from './failure.ts'

export type Input = NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY'>>

const MAX_BYTES = 2 * 1024 * 1024

/** Everything that is piped in. */
export async function readAll(stdin: Input, most = MAX_BYTES): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > most) throw usageFailure(`The input is larger than ${most / 1024 / 1024} MiB.`)
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * A password from the environment, else from stdin: typed twice without being shown on a terminal, or the first line of
 * what is piped in. Never from the command line, which others on the machine and the shell's history can read.
 */
export async function readPassword(options: {
  given: string | undefined
  stdin: Input
  stderr: Writable
}): Promise<string> {
  const { given, stdin, stderr } = options
  if (given !== undefined) return given
  if (stdin.isTTY !== true) {
    const password = (await readAll(stdin)).replace(/\r?\n[\s\S]*$/, '')
    if (password !== '') return password
    throw usageFailure('No password: pipe one in, type one at a terminal, or set KEYGRANT_PASSWORD.')
  }
  const [first, second] = await ask(stdin, stderr, ['Password: ', 'Once more: '])
  if (first !== second) throw usageFailure('The two passwords differ.')
  return first ?? ''
}

/** readline in terminal mode echoes what is typed to its output, so that goes nowhere. */
async function ask(stdin: Input, stderr: Writable, questions: readonly string[]): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  const answers: string[] = []
  try {
    const typed = lines[Symbol.asyncIterator]()
    for (const question of questions) {
      stderr.write(question)
      const line = await typed.next()
      stderr.write('\n')
      if (line.done === true) throw usageFailure('No password was typed.')
      answers.push(line.value)
    }
  } finally {
    lines.close()
  }
  return answers
}
