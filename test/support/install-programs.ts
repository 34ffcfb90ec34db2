/** Runs once before all tests: every program that they start is there, or the run ends and says why. */
import type { TestProject } from 'vitest/node'
import { installProgram } from './install-program.ts'
import { systemPrograms } from './system-programs.ts'

type ProgramName = keyof typeof systemPrograms

declare module 'vitest' {
  interface ProvidedContext {
    programPaths: Record<ProgramName, string>
  }
}

export async function setup(project: TestProject): Promise<void> {
  const paths = new Map<string, string>()
  for (const name of Object.keys(systemPrograms) as ProgramName[]) {
    const path = await installProgram(name, (sentence) => {
      process.stdout.write(`${sentence}\n`)
    })
    paths.set(name, path)
  }
  project.provide('programPaths', Object.fromEntries(paths) as Record<ProgramName, string>)
}
