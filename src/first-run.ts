/** What a first start tells, once: where it is, how the administrator gets in. Secrets go to a terminal, or into a file that only its owner reads. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Log } from './platform/log.ts'
import type { RunningServer } from './server.ts'

export async function reportFirstRun(
  server: RunningServer,
  config: Config,
  log: Log,
  terminal = process.stdout,
): Promise<void> {
  const { firstAdministrator: first, url } = server
  const file = join(config.dataDir, 'first-run.json')
  if (first.outcome === 'created')
    log.info('the first administrator was made from BOOTSTRAP_ADMIN_EMAIL and BOOTSTRAP_ADMIN_PASSWORD')
  if (first.outcome !== 'link') return
  if (terminal.isTTY) {
    terminal.write(firstRunText({ url, signInLink: first.signInLink, development: config.mode === 'development' }))
    return
  }
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  // A file that is there keeps its mode, so an old one goes first.
  await rm(file, { force: true })
  await writeFile(file, `${JSON.stringify({ url, sign_in_link: first.signInLink }, null, 2)}\n`, { mode: 0o600 })
  log.info(
    { file, url, ...(config.mode === 'development' ? { demo: `${url}/demo` } : {}) },
    "the administrator's one-time sign-in link is in this file; it works for 15 minutes",
  )
}

function firstRunText({
  url,
  signInLink,
  development,
}: {
  url: string
  signInLink: string
  development: boolean
}): string {
  const lines = [
    '',
    `  Keygrant is running at   ${url}`,
    '',
    '  Become its administrator, once, within 15 minutes:',
    `  ${signInLink}`,
    ...(development ? ['', `  See the code flow, step by step:   ${url}/demo`] : []),
    '',
  ]
  return `${lines.join('\n')}\n`
}
