/** The description of the API without a server behind it: routes are data until they are called. */
import { apiDescription } from '../../src/assembly/api-description.ts'
import { routeTable } from '../../src/cli/operations/route-table.ts'
import type { JsonObject } from '../../src/http/api/openapi/json-schema.ts'

export function describeAlone(): Promise<JsonObject> {
  return apiDescription({
    config: { publicUrl: 'https://auth.keygrant.invalid', apiUrl: 'https://api.keygrant.invalid' },
    platform: { name: 'Example', supportEmail: 'support@example.com' },
    routes: routeTable(),
  })
}
