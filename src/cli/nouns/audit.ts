/** `keygrant audit …`: who has changed what. */
import type { Noun, Row } from './noun.ts'

const named = (field: string) => (row: Row) => {
  const { kind, id } = row[field] as { kind: string; id: string | null }
  return id ?? kind
}

export const audit: Noun = {
  name: 'audit',
  one: 'event',
  does: 'who has changed what, and whether that record is whole',
  none: 'Nothing has happened.',
  columns: [
    ['AT', 'created_at'],
    ['WHAT', 'type'],
    ['BY', named('actor')],
    ['TO', named('target')],
    ['ORGANIZATION', 'organization_id'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/audit-events',
      does: 'list what has happened, newest first',
      words: {
        type: 'of this type, such as api_key.revoked',
        actor_id: 'by this person, service account, client or API key',
        target_id: 'to this',
        organization_id: 'in this organization',
      },
    },
  },
}
