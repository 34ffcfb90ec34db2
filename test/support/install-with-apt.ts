/** The administrator's way to a program: Debian's package, installed. */
import { runToEnd } from './install-command.ts'
import type { SystemProgram } from './system-programs.ts'

const options = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3']

export async function installWithApt(program: SystemProgram): Promise<string> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  // The package lists may be locked by another update; whether those at hand suffice is for the installation to say.
  await runToEnd('apt-get', [...options, 'update'], env).catch(() => undefined)
  await runToEnd(
    'apt-get',
    [...options, 'install', '--yes', '--no-install-recommends', ...program.packages],
    env,
  )
  await runToEnd(program.path, ['--version'])
  return program.path
}
