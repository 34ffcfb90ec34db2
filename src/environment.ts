/** Reads the `.env` file of the working directory into the environment, for the server and the command alike. */
import { loadEnvFile } from 'node:process'

/** Variables that are set already win over the file. Without a file it does nothing. */
export function loadEnvironmentFile(file = '.env'): void {
  try {
    loadEnvFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** A password for `keygrant users …`, where it can't be piped in. */
export function passwordFromEnvironment(): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- not a setting of the server: config.ts knows those only
  return process.env['KEYGRANT_PASSWORD'] || undefined
}
