/** Where the embedded database rests: `<data folder>/postgres`, and who owns it. */
import { chmod, chown, lstat, mkdir, readFile, realpath, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { canReach, isRoot, unprivilegedAccount, type Account } from './embedded-account.ts'
import { EmbeddedDatabaseError } from './embedded-error.ts'

export interface Home {
  /** The real path; 0700. */
  folder: string
  /** Whom Postgres runs as; `null` is ourselves. */
  account: Account | null
  /** Where copies of the programs may be put. */
  copies: string
  password: string
}

/** Outside the data folder, for root only: where the data folder lies in one that no other account may enter, such as /root. */
const ROOT_HOMES = '/var/lib/keygrant'

export async function prepareHome(dataDir: string): Promise<Home> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const link = join(dataDir, 'postgres')
  const exists = (await lstat(link).catch(() => null)) !== null
  const folder = exists ? await openHome(link) : await createHome(dataDir, link)
  const account = isRoot() ? await ownerOf(folder) : null
  if (account !== null) {
    await letThrough(dataDir, account)
    if (!(await canReach(folder, account))) {
      throw new EmbeddedDatabaseError(
        `${folder} lies in a folder that its account (${account.uid}) may not enter, and Postgres refuses to run as root. ` +
          `Move DATA_DIR, or set DATABASE_URL.`,
      )
    }
  }
  return { folder, account, copies: isRoot() ? ROOT_HOMES : dataDir, password: await readPassword(folder, account) }
}

async function createHome(dataDir: string, link: string): Promise<string> {
  if (!isRoot()) {
    await mkdir(link, { mode: 0o700 })
    return realpath(link)
  }
  const account = await unprivilegedAccount()
  await letThrough(dataDir, account)
  const inside = await canReach(await realpath(dataDir), account)
  // A random name: a data folder that was deleted and made anew must not find the old one's database.
  const folder = inside ? link : join(ROOT_HOMES, randomBytes(8).toString('hex'))
  await mkdir(ROOT_HOMES, { recursive: true, mode: 0o755 })
  await mkdir(folder, { mode: 0o700 })
  await chown(folder, account.uid, account.gid)
  if (!inside) await symlink(folder, link)
  return realpath(folder)
}

async function openHome(link: string): Promise<string> {
  const folder = await realpath(link).catch(() => {
    throw new EmbeddedDatabaseError(
      `${link} leads to a database that isn't there any more. Restore it, or delete the link to begin with an empty one.`,
    )
  })
  const { uid } = await stat(folder)
  if (!isRoot() && uid !== process.getuid?.()) {
    throw new EmbeddedDatabaseError(
      `${link} belongs to another account (${uid}). Start Keygrant as that account or as root, or set DATA_DIR or DATABASE_URL.`,
    )
  }
  return folder
}

/** A folder that an ordinary user has made stays theirs when root starts the server. */
async function ownerOf(folder: string): Promise<Account> {
  const { uid, gid } = await stat(folder)
  if (uid !== 0) return { uid, gid }
  const account = await unprivilegedAccount()
  await chown(folder, account.uid, account.gid)
  return account
}

/** Lets the account pass through root's data folder to its own; it may neither list the folder nor read a file of mode 0600. */
async function letThrough(dataDir: string, account: Account): Promise<void> {
  const { mode, uid } = await stat(dataDir)
  if (uid === 0 && account.uid !== 0 && (mode & 0o001) === 0) await chmod(dataDir, (mode & 0o777) | 0o001)
}

async function readPassword(folder: string, account: Account | null): Promise<string> {
  const file = join(folder, 'password')
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== null) return known.trim()
  const password = randomBytes(24).toString('base64url')
  await writeFile(`${file}.new`, password, { mode: 0o600 })
  // initdb reads it, as the account that it runs under.
  if (account !== null) await chown(`${file}.new`, account.uid, account.gid)
  await rename(`${file}.new`, file)
  return password
}
