/** How each gateway asks by a policy: the lines of its configuration that name it. The guide has whole files. */
import { nginxServer } from '../first-steps/examples.ts'

export interface Snippet {
  gateway: string
  code: string
}

export function snippetsOf(checkUrl: string, name: string): Snippet[] {
  return [
    { gateway: 'nginx', code: nginxServer(checkUrl, { name }) },
    { gateway: 'Caddy', code: caddyRoute(checkUrl, name) },
    { gateway: 'Envoy', code: envoyFilter(checkUrl, name) },
  ]
}

const copied = ['Subject', 'Kind', 'Key-Id', 'Client-Id', 'Organization', 'External-Id', 'Scope', 'Tier', 'Environment']

/** Within `route` the order is the one written; Caddy's own would delete what the check has just set. */
function caddyRoute(checkUrl: string, name: string): string {
  return `route {
	request_header -X-Auth-*
	request_header -X-Forwarded-Method
	request_header -X-Forwarded-Uri
	forward_auth ${checkUrl} {
		# The question mark leaves the client's query behind.
		uri /v1/check/@${name}?
		copy_headers ${copied.map((one) => `X-Auth-${one}`).join(' ')}
	}
	request_header -Authorization
	request_header -X-Api-Key
	reverse_proxy 127.0.0.1:4000  # your API
}`
}

/** Beside it stands the cluster `keygrant` with the same address. */
function envoyFilter(checkUrl: string, name: string): string {
  return `- name: envoy.filters.http.ext_authz
  typed_config:
    '@type': type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
    transport_api_version: V3
    failure_mode_allow: false
    status_on_error: { code: ServiceUnavailable }
    allowed_headers:
      patterns:
        - { exact: x-api-key }
        - { exact: x-forwarded-for }
        - { exact: x-forwarded-proto }
    encode_raw_headers: true
    http_service:
      server_uri:
        uri: ${checkUrl}
        cluster: keygrant
        timeout: 3s
      path_prefix: /v1/check/@${name}
      authorization_response:
        allowed_upstream_headers:
          patterns:
            - { prefix: x-auth- }`
}
