/** The administrator's way to a program: Debian's package, installed. */
import { runToEnd } from './install-command.ts'
import type { SystemProgram } from './system-programs.ts'

/** Answers the program's path. */
export async function installWithApt(program: SystemProgram): Promise<string> {
  await aptInstall(['-o', 'DPkg::Lock::Timeout=600'], program.packages)
  await runToEnd(program.path, ['--version'])
  return program.path
}

/** Fetches the package lists and installs, or does with the packages whatever else the options say. */
export async function aptInstall(options: readonly string[], packages: readonly string[]): Promise<void> {
  const all = [...options, '-o', 'Acquire::Retries=3', '--yes', '--no-install-recommends']
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  // A single source that fails, or lists that another program holds, need not matter: the installation decides.
  const update = await runToEnd('apt-get', [...all, '-o', 'APT::Update::Error-Mode=any', 'update'], env).then(
    () => undefined,
    (fault: Error) => fault,
  )
  try {
    await runToEnd('apt-get', [...all, 'install', ...packages], env)
  } catch (fault) {
    throw update ? new AggregateError([update, fault], [update.message, String(fault)].join('\n')) : fault
  }
}
