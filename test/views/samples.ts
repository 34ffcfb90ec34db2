/** A sample of every page, in every state that looks different: a page without one doesn't compile. */
import type { Locale } from '../../src/http/messages.ts'
import type { PageModels } from '../../src/http/page-models.ts'
import { accounts } from './samples/accounts.ts'
import { consents } from './samples/consent.ts'
import { development } from './samples/development.ts'
import { docs, everyError, everyGuide } from './samples/docs.ts'
import { screens } from './samples/screens.ts'
import { site } from './samples/site.ts'
import type { SamplesOf } from './samples/visitor.ts'

/** The model of each sample, or what makes it for a language. */
export type SamplePages = Record<string, Record<string, object | ((locale: Locale) => object | Promise<object>)>>

/** By the file of look/ that looks at them. */
export const sampleGroups = {
  site,
  accounts,
  screens,
  consent: consents,
  docs,
  'docs-errors': { 'docs-error': everyError },
  'docs-guides': { 'docs-guide': everyGuide },
  development,
} satisfies Record<string, SamplePages>

export const pages = {
  ...site,
  ...accounts,
  ...screens,
  ...consents,
  ...docs,
  ...development,
} satisfies SamplesOf<PageModels, keyof PageModels>
