/** What a first start tells, once: where it is, how the administrator gets in. Secrets go to a terminal, or into a file that only its owner reads. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Log } from './platform/log.ts'
import type { RunningServer } from './server.ts'

/** In the names of the file; null for what there isn't. */
interface FirstRun {
  url: string
  sign_in_link: string | null
  api_key: string | null
}

export async function reportFirstRun(
  server: Pick<RunningServer, 'url' | 'firstAdministrator' | 'bootstrapKey'>,
  config: Config,
  log: Log,
  terminal = process.stdout,
): Promise<void> {
  const { firstAdministrator: first, bootstrapKey, url } = server
  if (first.outcome === 'created')
    log.info('the first administrator was made from BOOTSTRAP_ADMIN_EMAIL and BOOTSTRAP_ADMIN_PASSWORD')
  if (bootstrapKey.outcome === 'created' && bootstrapKey.secret === null)
    log.info("the first administrator's API key is the one of BOOTSTRAP_ADMIN_KEY")
  const told: FirstRun = {
    url,
    sign_in_link: first.outcome === 'link' ? first.signInLink : null,
    api_key: bootstrapKey.outcome === 'created' ? bootstrapKey.secret : null,
  }
  if (told.sign_in_link === null && told.api_key === null) return
  const development = config.mode === 'development'
  if (terminal.isTTY) {
    terminal.write(firstRunText(told, { apiUrl: config.apiUrl, development }))
    return
  }
  const file = join(config.dataDir, 'first-run.json')
  await writeFirstRun(config.dataDir, file, told)
  log.info(
    { file, url, ...(development ? { demo: `${url}/demo` } : {}) },
    'how the administrator gets in is in this file: the sign-in link works once, for 15 minutes; the API key is told nowhere else',
  )
}

/** A later start makes a new link while nobody has opened the first one, but never another key: that of the file stays in it. */
async function writeFirstRun(dataDir: string, file: string, told: FirstRun): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const api_key = told.api_key ?? (await keyIn(file))
  // A file that is there keeps its mode and a link its target, so an old one goes first, and none may come meanwhile.
  await rm(file, { force: true })
  await writeFile(file, `${JSON.stringify({ ...told, api_key }, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
}

async function keyIn(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => '{}')
  try {
    const { api_key: key } = JSON.parse(text) as Partial<Record<keyof FirstRun, unknown>>
    return typeof key === 'string' ? key : null
  } catch {
    return null
  }
}

function firstRunText(
  { url, sign_in_link: link, api_key: key }: FirstRun,
  { apiUrl, development }: { apiUrl: string; development: boolean },
): string {
  const lines = [
    '',
    `  Keygrant is running at   ${url}`,
    ...(link === null ? [] : ['', '  Become its administrator, once, within 15 minutes:', `  ${link}`]),
    ...(key === null
      ? []
      : [
          '',
          "  The administrator's API key, shown this once only:",
          `  ${key}`,
          `  Try it:   curl -H "Authorization: Bearer KEY" ${apiUrl}/v1/resources`,
        ]),
    ...(development ? ['', `  See the code flow, step by step:   ${url}/demo`] : []),
    '',
  ]
  return `${lines.join('\n')}\n`
}
