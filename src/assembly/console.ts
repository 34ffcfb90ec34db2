/** The console's pages that no account has, and what they need besides the API. */
import type { Config } from '../config.ts'
import { clientPages } from '../pages/desk/clients/routes.ts'
import { overviewRoutes } from '../pages/desk/console/overview.ts'
import type { DeskRoute } from '../pages/desk/desk.ts'
import { firstStepRoutes } from '../pages/desk/first-steps/routes.ts'
import { healthRoutes } from '../pages/desk/health/health.ts'
import { peoplePages } from '../pages/desk/people/routes.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { platformPages } from './console-platform.ts'
import { stateOf, type StateParts } from './platform-state.ts'

export type ConsoleParts = StateParts & {
  config: Pick<Config, 'publicUrl' | 'apiUrl' | 'check'>
  catalogue: Catalogue
}

export function consolePages(parts: ConsoleParts): DeskRoute[] {
  const { config, db, pool, clock, catalogue } = parts
  const state = stateOf(parts)
  const checkUrl = checkUrlOf(config)
  const firstSteps = { db, clock, catalogue, figures: state.figures, checkUrl }
  return [
    ...overviewRoutes({ ...firstSteps, state }),
    ...firstStepRoutes(firstSteps),
    ...healthRoutes(state),
    ...peoplePages(),
    ...platformPages({ pool, checkUrl }),
    ...clientPages({ catalogue, issuer: config.publicUrl }),
  ]
}

/** The private address, where there is one: it is what a gateway should ask. */
function checkUrlOf({ apiUrl, check }: Pick<Config, 'apiUrl' | 'check'>): string {
  if (!check.listen) return apiUrl
  const { host, port } = check.listen
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
