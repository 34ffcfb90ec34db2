/** A sample of every page, in every state that looks different: a page without one doesn't compile. */
import type { PageModels } from '../../src/http/page-models.ts'
import { accounts } from './samples/accounts.ts'
import { connectedApps } from './samples/connected-apps.ts'
import { consents } from './samples/consent.ts'
import { development } from './samples/development.ts'
import { docs } from './samples/docs.ts'
import { site } from './samples/site.ts'
import type { SamplesOf } from './samples/visitor.ts'

export const pages = {
  ...site,
  ...accounts,
  ...consents,
  ...connectedApps,
  ...docs,
  ...development,
} satisfies SamplesOf<PageModels, keyof PageModels>
