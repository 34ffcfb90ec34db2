#!/usr/bin/env node
/** The keygrant command. */
import { loadEnvironmentFile } from '../environment.ts'
import { runCommandLine } from './program.ts'

loadEnvironmentFile()
const { stdin, stdout, stderr, argv } = process
// Whoever reads the output may stop early, like `head`: what was done is done.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await runCommandLine(argv.slice(2), { stdin, stdout, stderr })
