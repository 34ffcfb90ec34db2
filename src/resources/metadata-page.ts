/** Protected resource metadata (RFC 9728): where a client that was refused learns whom to ask for a token. */
import type { Middleware } from 'koa'
import type { Catalogue } from './catalogue.ts'
import type { Resource } from './resource.ts'

const path = /^\/\.well-known\/oauth-protected-resource(?:\/([^/]+))?$/

/**
 * For this server's own API without a name, or as RFC 9728, 3.1 has it behind the path of `<API_URL>/v1`; for every other
 * resource under its name. A gateway serves that of an API on the API's own host.
 */
export function protectedResources(options: {
  issuer: string
  catalogue: Pick<Catalogue, 'byIdentifier' | 'byName'>
  /** `<API_URL>/v1`. */
  apiResource: string
  documentation: string
}): Middleware {
  const { issuer, catalogue, apiResource, documentation } = options

  function described(asked: string): Resource | undefined {
    const match = path.exec(asked)
    if (!match) return undefined
    const name = match[1] ?? 'v1'
    return (name === 'v1' ? catalogue.byIdentifier(apiResource) : undefined) ?? catalogue.byName(name)
  }

  return async (ctx, next) => {
    const resource = ctx.method === 'GET' || ctx.method === 'HEAD' ? described(ctx.path) : undefined
    if (!resource) {
      await next()
      return
    }
    ctx.set('access-control-allow-origin', '*')
    ctx.set('cache-control', 'public, max-age=300')
    ctx.body = {
      resource: resource.identifier,
      authorization_servers: [issuer],
      scopes_supported: resource.scopes.map((scope) => scope.name),
      bearer_methods_supported: ['header'],
      resource_name: resource.title,
      resource_documentation: documentation,
    }
  }
}
