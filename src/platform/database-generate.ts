/** Makes src/platform/prisma, the client that Prisma generates from the schema, when it is missing or of another schema. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the client is made of: the schema, and the version of Prisma. */
async function sourceDigest(project: string): Promise<string> {
  const schema = await readFile(join(project, 'prisma/schema.prisma'))
  const prisma = await readFile(createRequire(join(project, 'package.json')).resolve('@prisma/client/package.json'))
  return createHash('sha256').update(schema).update(prisma).digest('hex')
}

/**
 * Makes the client if needed and says whether it did. Any number of processes may do so at once: each generates into a
 * folder of its own and the first to finish puts it in place, whole and with the digest that tells the others.
 */
export async function generateClient(project = root): Promise<boolean> {
  const client = join(project, 'src/platform/prisma')
  const digest = await sourceDigest(project)
  const current = async () => (await readFile(join(client, 'source-digest'), 'utf8').catch(() => '')) === digest
  if (await current()) return false

  const workshop = await mkdtemp(join(project, 'src/platform/.prisma-'))
  try {
    // The schema names its output by a path relative to itself, so a copy of it generates inside the workshop.
    const schema = join(workshop, 'prisma/schema.prisma')
    const made = join(workshop, 'src/platform/prisma')
    await mkdir(made, { recursive: true })
    await cp(join(project, 'prisma/schema.prisma'), schema)
    await generate(project, schema)
    await writeFile(join(made, 'source-digest'), digest)
    for (let attempt = 1; !(await current()); attempt++) {
      // A folder can't replace another in one step: the old one steps aside first, and whoever loses the race looks again.
      await rename(client, join(workshop, `previous-${attempt}`)).catch(ignore('ENOENT'))
      await rename(made, client).catch(ignore('ENOTEMPTY', 'EEXIST'))
    }
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
  return true
}

async function generate(project: string, schema: string): Promise<void> {
  const command = createRequire(join(project, 'package.json')).resolve('prisma/build/index.js')
  const args = [command, 'generate', '--schema', schema, '--no-hints']
  await promisify(execFile)(process.execPath, args, { cwd: project }).catch((cause: Error & { stderr?: string }) => {
    throw new Error(`Prisma could not generate its client: ${cause.stderr ?? cause.message}`, { cause })
  })
}

const ignore =
  (...codes: string[]) =>
  (error: NodeJS.ErrnoException) => {
    if (!codes.includes(error.code ?? '')) throw error
  }

if (import.meta.main) await generateClient()
