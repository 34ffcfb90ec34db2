/** `GET /.well-known/api-catalog` (RFC 9727): where a program finds the API of a host, and what describes it. */
import type { Middleware } from 'koa'

export function apiCatalogPage({ publicUrl, apiUrl }: { publicUrl: string; apiUrl: string }): Middleware {
  // RFC 9264.
  const linkset = [
    {
      anchor: `${apiUrl}/v1`,
      'service-desc': [{ href: `${apiUrl}/v1/openapi.json`, type: 'application/json' }],
      'service-doc': [{ href: `${publicUrl}/docs`, type: 'text/html' }],
    },
  ]
  const body = JSON.stringify({ linkset })
  return async (ctx, next) => {
    if (ctx.path !== '/.well-known/api-catalog' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) {
      await next()
      return
    }
    ctx.set('access-control-allow-origin', '*')
    ctx.set('cache-control', 'public, max-age=300')
    ctx.set('link', '</.well-known/api-catalog>; rel="api-catalog"')
    ctx.body = body
    ctx.type = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
  }
}
