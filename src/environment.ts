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

/** Where `keygrant` finds the server that it works on, unless it is the one of this host: as they are set, unchecked. */
export function remoteFromEnvironment(): { url: string | undefined; apiKey: string | undefined } {
  // oxlint-disable-next-line node/no-process-env -- config.ts knows them, but a command that is far from its server needn't load it
  const { KEYGRANT_URL: url, KEYGRANT_API_KEY: apiKey } = process.env
  return { url: url?.trim() || undefined, apiKey: apiKey?.trim() || undefined }
}

/** A password for `keygrant users …`, where it can't be piped in. */
export function passwordFromEnvironment(): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- not a setting of the server: config.ts knows those only
  return process.env['KEYGRANT_PASSWORD'] || undefined
}

/** A secret of a file that `keygrant apply` takes, where the file says `from_env`. */
export function secretFromEnvironment(name: string): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- which variable it is, the file says
  return process.env[name] || undefined
}
