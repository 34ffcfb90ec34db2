/** What a platform's administrator copies: a check by hand, and a gateway that asks. */
import type { Resource } from '../../../resources/resource.ts'

/** A check that needs nothing but a key. */
export function checkByHand(checkUrl: string, { identifier, scopes }: Resource): string {
  const query = new URLSearchParams({ resource: identifier, scope: scopes[0]?.name ?? '' }).toString()
  return `curl -i -H 'Authorization: Bearer YOUR_KEY' \\\n  '${checkUrl}/v1/check?${query}'`
}

/** All that a check says, each set anew, so that none of them can come from outside. */
const told = ['subject', 'kind', 'key-id', 'client-id', 'organization', 'external-id', 'scope', 'tier', 'environment']

const variable = (name: string): string => `$auth_${name.replaceAll('-', '_')}`
const header = (name: string): string =>
  `X-Auth-${name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-')}`

/** The shortest nginx that protects all of an API; the guide has one that also passes on the reason of a refusal. */
export function nginxServer(checkUrl: string, { name }: Pick<Resource, 'name'>): string {
  return `server {
  listen 8080;

  location / {
    auth_request /_keygrant;
${told.map((one) => `    auth_request_set ${variable(one)} $upstream_http_x_auth_${one.replaceAll('-', '_')};`).join('\n')}
${told.map((one) => `    proxy_set_header ${header(one)} ${variable(one)};`).join('\n')}
    proxy_set_header Authorization "";
    proxy_set_header X-API-Key "";
    proxy_pass http://127.0.0.1:4000;  # your API
  }

  location = /_keygrant {
    internal;
    proxy_pass ${checkUrl}/v1/check/@${name};
${checkUrl.startsWith('https:') ? '    proxy_ssl_server_name on;\n' : ''}    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Method $request_method;
    proxy_set_header X-Forwarded-Uri $request_uri;
  }
}`
}
