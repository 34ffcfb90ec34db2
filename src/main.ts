/** The process: configuration, start, signals, exit code. */
import { configWarnings, ConfigurationError, readConfig, type Config } from './config.ts'
import { loadEnvironmentFile } from './environment.ts'
import { reportFirstRun } from './first-run.ts'
import { createLog } from './platform/log.ts'
import { startServer, type RunningServer } from './server.ts'

/** Past this the process ends all the same: whoever stops it has waited long enough. */
const shutdownMs = 15_000

const config = configure()
const log = createLog(config.log.level)
const stopping = new AbortController()
process.on('SIGTERM', stop)
process.on('SIGINT', stop)

const server = await start()
await reportFirstRun(server, config, log)
log.info({ url: server.url, mode: config.mode, pid: process.pid }, 'Keygrant is serving')
if (stopping.signal.aborted) await end()
else stopping.signal.addEventListener('abort', () => void end())

function configure(): Config {
  try {
    loadEnvironmentFile()
    return readConfig()
  } catch (error) {
    if (error instanceof ConfigurationError) refuse(error)
    throw error
  }
}

function refuse(error: ConfigurationError): never {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

async function start(): Promise<RunningServer> {
  for (const warning of configWarnings(config)) log.warn(warning)
  try {
    return await startServer(config, { log })
  } catch (err) {
    if (err instanceof ConfigurationError) refuse(err)
    log.fatal({ err }, 'Keygrant could not start')
    process.exit(1)
  }
}

/** The first signal ends in order; a second one ends at once. */
function stop(signal: NodeJS.Signals): void {
  if (stopping.signal.aborted) process.exit(1)
  log.info({ signal }, 'stopping: those who are being served are served to the end')
  stopping.abort()
}

async function end(): Promise<void> {
  setTimeout(() => process.exit(1), shutdownMs).unref()
  await server[Symbol.asyncDispose]()
  log.info('stopped')
  process.exit(0)
}
