import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRoot, unprivilegedAccount } from '../../src/platform/embedded-account.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { findProcess } from '../../src/platform/embedded-owner.ts'
import { createLog } from '../../src/platform/log.ts'
import { embeddedProcess, startInCheckout } from '../support/embedded-checkout.ts'
import { clusterOf, KEPT, openWorkshop, recall, remember, type Workshop } from '../support/embedded-data.ts'
import { eventually } from '../support/eventually.ts'

const here = fileURLToPath(new URL('../..', import.meta.url))
const log = createLog('silent')
const run = promisify(execFile)

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(() => workshop[Symbol.asyncDispose]())

async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(await clusterOf(dataDir), 'postmaster.pid'), 'utf8'), 10)
}

describe('after a kill, the embedded database', () => {
  test('ends when its server is killed, and starts again with what was written', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    await server.kill()
    await eventually(async () => expect(await findProcess(postmaster)).toBeNull())
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('starts at once after a kill, while the old one is still on its way out', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    await server.kill()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('takes over from a Postgres that outlived its server and the guard', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    const guards = await guardsOf(postmaster)
    expect(guards).toHaveLength(2)
    // Held still, lest it starts another Postgres before it is killed itself.
    process.kill(server.pid, 'SIGSTOP')
    for (const guard of guards) process.kill(guard, 'SIGKILL')
    await server.kill()
    expect(await findProcess(postmaster)).not.toBeNull()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await findProcess(postmaster)).toBeNull()
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('recovers when everything was killed at once', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    const guards = await guardsOf(postmaster)
    process.kill(server.pid, 'SIGSTOP')
    for (const pid of [...guards, postmaster]) process.kill(pid, 'SIGKILL')
    await server.kill()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('recovers from a kill in the moment in which Postgres makes its lock', async () => {
    const dataDir = await workshop.usedDataDir()
    await writeFile(join(await clusterOf(dataDir), 'postmaster.pid'), '')
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('recovers when its server is killed together with the first restart of Postgres', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    process.kill(await postmasterOf(dataDir), 'SIGKILL')
    await server.kill()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('leaves a stranger alone whose number is the one of the last server or of the last owner', async () => {
    const dataDir = await workshop.usedDataDir()
    const server = await startInCheckout(here, dataDir)
    await server.close()
    const account = isRoot() ? await unprivilegedAccount() : {}
    const stranger = spawn('sleep', ['600'], { ...account, cwd: '/' })
    await once(stranger, 'spawn')
    const cluster = await clusterOf(dataDir)
    await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1700000000\n5432\n\n127.0.0.1\n\n`)
    await writeFile(join(cluster, '../owner'), `${stranger.pid} some-other-boot/1`)
    {
      await using database = await openEmbeddedDatabase({ dataDir, log })
      expect(await recall(database.url)).toEqual(KEPT)
    }
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    stranger.kill()
  })

  test('comes back by itself, at the same address, when Postgres dies under a living server', async () => {
    const dataDir = await workshop.usedDataDir()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    process.kill(await postmasterOf(dataDir), 'SIGKILL')
    await eventually(async () => expect(await recall(database.url)).toEqual(KEPT))
  })

  test('begins anew where making it was interrupted', async () => {
    const dataDir = await workshop.newDataDir()
    await mkdir(join(dataDir, 'postgres/cluster.new-1'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/cluster.new-1/half'), '')
    await using database = await openEmbeddedDatabase({ dataDir, log })
    await remember(database.url)
    expect(await readdir(join(dataDir, 'postgres'))).not.toContain('cluster.new-1')
  })

  test('begins anew where its server was killed while it was made', async () => {
    const dataDir = await workshop.newDataDir()
    const first = spawn(process.execPath, [embeddedProcess, dataDir], { cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] })
    await eventually(async () => expect((await readdir(join(dataDir, 'postgres'))).join()).toContain('cluster.new-'))
    first.kill('SIGKILL')
    await once(first, 'exit')
    await using database = await openEmbeddedDatabase({ dataDir, log })
    await remember(database.url)
    expect(await recall(database.url)).toEqual(KEPT)
  })
})

/** The shell that guards a Postgres, and its watch. */
async function guardsOf(postmaster: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='])
  const parents = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
  )
  const guard = parents.get(postmaster) ?? 0
  const watch = [...parents].find(([pid, parent]) => parent === guard && pid !== postmaster)?.[0]
  return watch === undefined ? [guard] : [guard, watch]
}
