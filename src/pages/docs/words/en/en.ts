/** The documentation in English. */
import type { Words } from '../words.ts'
import { troubleshooting } from './guides.ts'
import { refusals } from './refusals.ts'
import { requests } from './requests.ts'

export const en: Words = {
  errors: { ...refusals, ...requests },
  groups: {
    credential: 'The credential isn’t accepted',
    permission: 'It may not do this',
    limit: 'Too much',
    request: 'The request itself',
    server: 'On our side',
    good: 'No error',
  },
  troubleshooting,
}
