import { spawn } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readPassword } from '../../src/cli/terminal.ts'

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
const piped = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
const read = (stdin: Readable, given?: string) => readPassword({ given, stdin, stderr: nowhere })

test.for([
  [['secret\n'], 'secret'],
  [['secret\r\n'], 'secret'],
  [['secret'], 'secret'],
  [['sec', 'ret\n'], 'secret'],
  [[' with spaces \n'], ' with spaces '],
  [['first line\nsecond line\n'], 'first line'],
  [['größe\n'], 'größe'],
] as const)('a password that is piped in is its first line: %j', async ([chunks, password]) => {
  expect(await read(piped(...chunks))).toBe(password)
})

test('a password from the environment comes before stdin', async () => {
  expect(await read(piped('from stdin'), 'from the environment')).toBe('from the environment')
})

test.for([[[]], [['\n']]] as const)('no password is no password: %j', async ([chunks]) => {
  await expect(read(piped(...chunks))).rejects.toThrow('No password')
})

/** Types lines at a real terminal, each when it is asked for, and returns all that the terminal showed. */
async function atTerminal(lines: readonly string[]): Promise<string> {
  const program = `
    import { readPassword } from ${JSON.stringify(fileURLToPath(new URL('../../src/cli/terminal.ts', import.meta.url)))}
    const { stdin, stderr } = process
    await readPassword({ given: undefined, stdin, stderr }).then(
      (password) => console.log('length ' + password.length),
      (error) => console.log(error.message),
    )
    process.exit()`
  const command = [process.execPath, '--input-type=module-typescript', '--eval', '"$PROGRAM"'].join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, PROGRAM: program },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let asked = 0
  child.stdout.on('data', (chunk: Buffer) => {
    for (const _prompt of chunk.toString().matchAll(/Password: |Once more: /g))
      child.stdin.write(`${lines[asked++] ?? ''}\r`)
  })
  return text(child.stdout)
}

test('a password that is typed at a terminal is not shown', async () => {
  const shown = await atTerminal(['typed and unseen', 'typed and unseen'])
  expect(shown).toContain('length 16')
  expect(shown).not.toContain('typed')
})

test('two passwords that differ are refused', async () => {
  expect(await atTerminal(['one', 'another'])).toContain('The two passwords differ.')
})
