/** The administrator's way to a program: Debian's package, installed. */
import { runToEnd } from './install-command.ts'
import type { SystemProgram } from './system-programs.ts'

/** Answers the program's path. */
export async function installWithApt(program: SystemProgram): Promise<string> {
  await aptInstall(program.packages, { 'DPkg::Lock::Timeout': '600' })
  await runToEnd(program.path, program.versionArguments)
  return program.path
}

/** Fetches the package lists and installs, or does with the packages whatever else the configuration says. */
export async function aptInstall(packages: readonly string[], configuration: Record<string, string>): Promise<void> {
  const options = Object.entries({
    'APT::Get::Assume-Yes': 'true',
    'APT::Install-Recommends': 'false',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Retries': '3',
    ...configuration,
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const apt = (...args: string[]): Promise<string> =>
    runToEnd('apt-get', [...options, ...args], { DEBIAN_FRONTEND: 'noninteractive' })

  // A single source that fails, or lists that another program holds, need not matter: the installation decides.
  const updateFault = await apt('update').then(
    () => null,
    (fault: Error) => fault.message,
  )
  try {
    await apt('install', ...packages)
  } catch (fault) {
    if (updateFault === null) throw fault
    throw new Error(`${updateFault}\n${(fault as Error).message}`, { cause: fault })
  }
}
