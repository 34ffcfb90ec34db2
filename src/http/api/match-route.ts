/** Which route of the table a path is, without Koa: the first that matches, as the server's router has it. */
import type { ApiRoute } from './route.ts'

export function matchRoute<Route extends Pick<ApiRoute, 'method' | 'path'>>(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | null {
  const segments = path.split('/')
  for (const route of routes) {
    const pattern = route.path.split('/')
    if (route.method !== method || pattern.length !== segments.length) continue
    const matches = pattern.every((part, index) =>
      isParameter(part) ? segments[index] !== '' : part === segments[index],
    )
    if (!matches) continue
    const params = pattern.flatMap((part, index) =>
      isParameter(part) ? [[part.slice(1), decodeURIComponent(segments[index] ?? '')] as const] : [],
    )
    return { route, params: Object.fromEntries(params) }
  }
  return null
}

const isParameter = (part: string): boolean => part.startsWith(':')
