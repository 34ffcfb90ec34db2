/** The SDK as it is published: packed, unpacked elsewhere, imported by Node.js, and its types held against the README's examples. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'packages/verify')

let folder: string
let packed: { files: { path: string; size: number }[] }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keygrant-package-'))
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: source })
  const [one] = Object.values(
    JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, { filename: string; files: [] }>,
  )
  packed = one!
  const place = join(folder, 'node_modules/@keygrant/verify')
  await mkdir(place, { recursive: true })
  await run('tar', ['-xzf', join(folder, one!.filename), '-C', place, '--strip-components=1'])
  // What a project has besides, without a network.
  for (const name of ['jose', 'express', 'fastify', 'hono', 'koa', '@types', 'undici-types'])
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const manifest = async () => JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))

test('holds modules, their types and what says how to use them, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path)
  expect(paths.filter((path) => !/^dist\/[\w-]+\.(?:js|d\.ts)$/.test(path)).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
  for (const path of paths.filter((name) => name.endsWith('.js')))
    expect(paths).toContain(path.replace(/\.js$/, '.d.ts'))
  expect(packed.files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(200_000)
})

test('depends on jose alone, and runs nothing when it is installed', async () => {
  const { dependencies, scripts, exports } = await manifest()
  expect(Object.keys(dependencies)).toEqual(['jose'])
  expect(Object.keys(scripts).filter((name) => /install|prepare/.test(name))).toEqual([])
  for (const { types, default: module } of Object.values<{ types?: string; default?: string }>(exports)) {
    if (types === undefined) continue
    const paths = packed.files.map(({ path }) => `./${path}`)
    expect(paths).toEqual(expect.arrayContaining([types, module]))
  }
})

test('every entry is imported', async () => {
  const { exports } = await manifest()
  const names = Object.keys(exports).filter((name) => name !== './package.json')
  const program = `
    const found = {}
    for (const name of ${JSON.stringify(names)}) found[name] = Object.keys(await import('@keygrant/verify' + name.slice(1)))
    console.log(JSON.stringify(found))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder })
  const adapter = ['createRequireScope']
  expect(JSON.parse(stdout)).toEqual({
    '.': ['KeygrantError', 'createVerifier', 'isKeygrantError'],
    './koa': adapter,
    './express': adapter,
    './fastify': adapter,
    './hono': adapter,
    './fetch': adapter,
  })
})

test("the README's examples are typed as they say", async () => {
  const readme = await readFile(join(source, 'README.md'), 'utf8')
  const examples = Array.from(readme.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code ?? '')
  expect(examples.length).toBeGreaterThan(6)
  for (const [index, code] of examples.entries())
    await writeFile(join(folder, index === 0 ? 'verifier.ts' : `example-${index}.ts`), code)
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: false,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const checked = await run(join(root, 'node_modules/.bin/tsc'), ['--project', folder]).catch(
    (error: { stdout: string }) => error,
  )
  expect(checked.stdout).toBe('')
})
