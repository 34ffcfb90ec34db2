/** Is the configuration whole, and does it make sense? */
import { configWarnings, ConfigurationError, readConfig, type Config } from '../../config.ts'
import { fault, ok, warn, type Finding } from './finding.ts'

/** Without a usable configuration nothing else can be looked at. */
export function checkConfiguration(): { config: Config | null; findings: Finding[] } {
  try {
    const config = readConfig()
    const warnings = configWarnings(config)
    const findings =
      warnings.length === 0
        ? [ok('configuration', `${config.mode} mode, at ${config.publicUrl}`)]
        : warnings.map((text) =>
            warn('configuration', text, 'Change the environment or .env, then restart the server.'),
          )
    return { config, findings }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const remedy = 'Change the environment or .env; .env.example explains every setting.'
    return { config: null, findings: error.faults.map((text) => fault('configuration', text, remedy)) }
  }
}
