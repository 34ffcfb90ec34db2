import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fishScript } from '../../src/cli/completion/fish.ts'
import { placesOf, type Place } from '../../src/cli/completion/model.ts'
import { zshScript } from '../../src/cli/completion/zsh.ts'
import { createProgram, runCommandLine } from '../../src/cli/program.ts'
import { createSession } from '../../src/cli/session.ts'

const run = promisify(execFile)
let folder = ''
let script = ''
let places: Place[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keygrant-completion-'))
  const printed: string[] = []
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      printed.push(chunk)
      done()
    },
  })
  const io = { stdin: process.stdin, stdout, stderr: stdout }
  await runCommandLine(['completion', 'bash'], io)
  script = join(folder, 'completion.bash')
  await writeFile(script, printed.join(''))
  places = placesOf(createProgram(createSession(io), io))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a real bash offers for each of the lines, whose last word is being typed. */
async function offered(lines: readonly (readonly string[])[]): Promise<string[][]> {
  const quoted = (word: string) => `'${word}'`
  const tries = lines.map((words) => `try keygrant ${words.map(quoted).join(' ')}`)
  const file = join(folder, 'try.bash')
  const prelude = [
    `source ${script}`,
    'complete -p keygrant >/dev/null || exit 1',
    'try() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _keygrant; echo "${COMPREPLY[*]}"; }',
  ]
  await writeFile(file, [...prelude, ...tries, ''].join('\n'))
  const { stdout } = await run('bash', ['--norc', file], { cwd: folder })
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').filter((word) => word !== ''))
}

test('bash offers every noun, every verb and every flag, each where it may stand', async () => {
  const pathOf = ({ path }: Place) => path.split(' ').filter((word) => word !== '')
  const words = await offered(places.map((place) => [...pathOf(place), '']))
  const flags = await offered(places.map((place) => [...pathOf(place), '--']))
  for (const [index, place] of places.entries()) {
    if (place.words.length > 0) expect(words[index]).toEqual(place.words.map(({ name }) => name))
    expect(flags[index]).toEqual(place.flags.flatMap(({ name, hidden }) => (hidden ? [] : [name])))
  }
})

test('bash offers what a flag or an argument may be, and passes over what was typed before', async () => {
  const lines = [
    ['key'],
    ['keys', 'create', '--environment', ''],
    ['keys', 'create', '--environment', '=', 'l'],
    ['keys', 'create', '--name', 'list', '--env'],
    ['keys', 'list', '--status', 'exp'],
    ['members', 'role', 'org_x', 'ann@example.com', 'o'],
    ['keys', 'create', '--name', ''],
    ['completion', ''],
    ['apply', 'compl'],
  ]
  expect(await offered(lines)).toEqual([
    ['keys', 'key-limits'],
    ['live', 'test'],
    ['live'],
    ['--environment'],
    ['expiring', 'expired', 'exposed'],
    ['owner'],
    [],
    ['bash', 'zsh', 'fish'],
    ['completion.bash'],
  ])
})

test.for([
  ['zsh', zshScript],
  ['fish', fishScript],
] as const)('the script for %s has every word in it', ([, scriptOf]) => {
  const text = scriptOf(places)
  const names = places.flatMap(({ words, flags }) => [
    ...words.map(({ name }) => name),
    ...flags.flatMap(({ name, hidden }) => (hidden ? [] : [name.replace(/^--/, '')])),
  ])
  expect(names.filter((name) => !text.includes(name))).toEqual([])
})
