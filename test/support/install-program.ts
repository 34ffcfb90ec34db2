/** Finds a program that the tests run and brings it when the machine lacks it; never lets a test be skipped for it. */
import { accessSync, constants } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { withExclusiveLock } from './exclusive-lock.ts'
import { installUnpacked, unpackedProgramPath } from './install-unpacked.ts'
import { installWithApt } from './install-with-apt.ts'
import { systemPrograms, type SystemProgram } from './system-programs.ts'

/** Answers the path of a program that runs; `say` gets one sentence about where it came from. */
export async function installProgram(
  name: keyof typeof systemPrograms,
  say: (sentence: string) => void,
): Promise<string> {
  const program: SystemProgram = systemPrograms[name]
  const named = process.env[program.variable]
  if (named !== undefined && named !== '') {
    if (!isExecutable(named))
      throw new Error(`${program.variable} names ${named}, which is no program that can be run.`)
    say(`${program.title} for the tests: ${named}, as ${program.variable} says.`)
    return named
  }

  const cacheDir = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'keygrant-tests')
  const present = (): string | undefined =>
    [program.path, unpackedProgramPath(cacheDir, name)].find((candidate) => isExecutable(candidate))

  const found = present()
  if (found !== undefined) {
    say(`${program.title} for the tests: ${found}.`)
    return found
  }

  await mkdir(cacheDir, { recursive: true })
  return await withExclusiveLock(path.join(cacheDir, `${name}.lock`), async () => {
    const broughtMeanwhile = present()
    if (broughtMeanwhile !== undefined) {
      say(`${program.title} for the tests: ${broughtMeanwhile}, brought by another run just now.`)
      return broughtMeanwhile
    }
    try {
      return await bring(name, program, cacheDir, say)
    } catch (fault) {
      const { instead } = program
      if (instead === undefined || !isExecutable(instead)) throw fault
      say(`${program.title} for the tests: ${instead}, which is slower.\n${(fault as Error).message}`)
      return instead
    }
  })
}

async function bring(
  name: string,
  program: SystemProgram,
  cacheDir: string,
  say: (sentence: string) => void,
): Promise<string> {
  const wanted = new Intl.ListFormat('en').format(program.packages)
  const faults: string[] = []

  if (process.getuid?.() === 0 && !program.startsService) {
    say(`${program.title} for the tests is missing; installing Debian's ${wanted} with apt-get. This takes a minute.`)
    try {
      const installed = await installWithApt(program)
      say(`${program.title} for the tests: ${installed}, installed with apt-get.`)
      return installed
    } catch (fault) {
      faults.push((fault as Error).message)
    }
  }

  say(`${program.title} for the tests is missing; unpacking Debian's ${wanted} into ${cacheDir}. This takes a minute.`)
  try {
    const installed = await installUnpacked(name, program, cacheDir)
    say(
      `${program.title} for the tests: ${installed}, unpacked from Debian's packages; delete ${cacheDir} to undo that.`,
    )
    return installed
  } catch (fault) {
    faults.push((fault as Error).message)
  }

  throw new Error(
    [
      `The tests need ${program.title} and could not bring it.`,
      `Install it (on Debian: apt-get install ${program.packages.join(' ')}),`,
      `or set ${program.variable} to the path of a copy, and run the tests again. What was tried:`,
      ...faults,
    ].join('\n'),
  )
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
