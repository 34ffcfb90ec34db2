#!/usr/bin/env node
/** The keygrant command. */
import { loadEnvironmentFile } from '../environment.ts'
import { runCommandLine } from './program.ts'

loadEnvironmentFile()
const { stdin, stdout, stderr, argv } = process
process.exitCode = await runCommandLine(argv.slice(2), { stdin, stdout, stderr })
