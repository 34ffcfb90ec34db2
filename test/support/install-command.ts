/** Runs one program of the installation to its end and keeps what it printed for the error message. */
import { spawn } from 'node:child_process'

/** How much of a failed program's output an error repeats: apt puts its reason into the last lines. */
const linesInError = 4

export async function runToEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))

  const { promise: exit, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  const code = await exit

  const output = Buffer.concat(chunks).toString('utf8').trimEnd()
  if (code === 0) return output
  const tail = output.split('\n').slice(-linesInError).join('\n')
  throw new Error(`${command} ended with ${code ?? 'a signal'}:\n${tail}`)
}
