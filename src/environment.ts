/** Reads the `.env` file of the working directory into the environment, for the server and the command alike. */
import { loadEnvFile } from 'node:process'

/** Whether the file has named where the command's key goes, and somebody else the key. */
let sendsKeyElsewhere = false

/** Variables that are set already win over the file. Without a file it does nothing. */
export function loadEnvironmentFile(file = '.env'): void {
  const before = remoteFromEnvironment()
  try {
    loadEnvFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  sendsKeyElsewhere =
    before.apiKey !== undefined && before.url === undefined && remoteFromEnvironment().url !== undefined
}

export interface RemoteSettings {
  url: string | undefined
  apiKey: string | undefined
  /** The url comes from the file of the working directory, the key from elsewhere: whoever wrote that file may want it. */
  mixed: boolean
}

/** Where `keygrant` finds the server that it works on, unless it is the one of this host: as they are set, unchecked. */
export function remoteFromEnvironment(): RemoteSettings {
  // oxlint-disable-next-line node/no-process-env -- config.ts knows them, but a command that is far from its server needn't load it
  const { KEYGRANT_URL: url, KEYGRANT_API_KEY: apiKey } = process.env
  return { url: url?.trim() || undefined, apiKey: apiKey?.trim() || undefined, mixed: sendsKeyElsewhere }
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
