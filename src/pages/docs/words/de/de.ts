/** The documentation in German. */
import type { Words } from '../words.ts'
import { troubleshooting } from './guides.ts'
import { refusals } from './refusals.ts'
import { requests } from './requests.ts'

export const de: Words = {
  errors: { ...refusals, ...requests },
  groups: {
    credential: 'Die Zugangsdaten gelten nicht',
    permission: 'Sie dürfen das nicht',
    limit: 'Zu viel',
    request: 'Die Anfrage selbst',
    server: 'Bei uns',
    good: 'Kein Fehler',
  },
  troubleshooting,
}
