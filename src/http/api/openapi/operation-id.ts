/** What an operation is called in generated clients: by method and path, so that it is stable as they are. */

const verbs = { GET: 'get', POST: 'create', PUT: 'put', PATCH: 'update', DELETE: 'delete' } as const

interface Named {
  method: keyof typeof verbs
  path: string
  /** Where method and path say it badly. */
  operation?: string | undefined
}

/**
 * `GET /v1/keys` is `listKeys`, `POST /v1/keys/:id/rotate` is `rotateKey`, `POST /v1/users/import` is `importUsers`,
 * `POST /v1/users/:id/reset-password` is `resetUserPassword`. Collections are in the plural, and nothing else is.
 */
export function operationIdOf({ method, path, operation }: Named): string {
  if (operation !== undefined) return operation
  const segments = path.split('/').slice(2)
  const last = segments.at(-1) ?? ''
  const literals = segments.filter((segment) => !segment.startsWith(':'))
  if (last.startsWith(':')) return verbs[method] + nouns(literals)
  const owners = literals.slice(0, -1)
  if (isCollection(last)) {
    if (method === 'GET') return `list${nouns(owners)}${pascal(last)}`
    return verbs[method] + nouns(owners) + pascal(method === 'POST' ? singular(last) : last)
  }
  const [verb = '', ...rest] = last.split('-')
  const action = method === 'GET' ? `get${pascal(verb)}` : verb
  // Of one, or of all of them.
  const isSingle = segments.at(-2)?.startsWith(':') ?? false
  const whose = isSingle ? nouns(owners) : nouns(owners.slice(0, -1)) + owners.slice(-1).map(pascal).join('')
  return action + whose + rest.map(pascal).join('')
}

const nouns = (segments: readonly string[]): string => segments.map(singular).map(pascal).join('')

const isCollection = (segment: string): boolean => segment.endsWith('s')

function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`
  return isCollection(name) ? name.slice(0, -1) : name
}

const pascal = (name: string): string =>
  name
    .split(/[-_]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
