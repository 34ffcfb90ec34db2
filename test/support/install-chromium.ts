/** Runs once before all tests: Chromium is there, or the run ends and says why. */
import type { TestProject } from 'vitest/node'
import { installProgram } from './install-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chromiumPath: string
  }
}

export async function setup(project: TestProject): Promise<void> {
  const path = await installProgram('chromium', (sentence) => {
    process.stdout.write(`${sentence}\n`)
  })
  project.provide('chromiumPath', path)
}
