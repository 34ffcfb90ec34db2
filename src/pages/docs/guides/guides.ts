/** Every guide: its address, the file that it is written in, and where the documentation shows it. */

/** In the order of the navigation. */
export const guideGroups = ['start', 'credentials', 'calls', 'platform', 'operating'] as const
export type GuideGroup = (typeof guideGroups)[number]

/** Files are named from the root of the program; those outside of views/ are read on a shelf of code, too. */
export const guides = {
  'quick-start': { group: 'start', file: 'views/docs/quick-start.md' },
  authentication: { group: 'start', file: 'views/docs/authentication.md' },
  'api-keys': { group: 'credentials', file: 'views/docs/api-keys.md' },
  rotation: { group: 'credentials', file: 'views/docs/rotation.md' },
  oauth: { group: 'credentials', file: 'views/docs/oauth.md' },
  scopes: { group: 'credentials', file: 'views/docs/scopes.md' },
  'rate-limits': { group: 'calls', file: 'views/docs/rate-limits.md' },
  caching: { group: 'calls', file: 'views/docs/caching.md' },
  requests: { group: 'calls', file: 'views/docs/requests.md' },
  webhooks: { group: 'calls', file: 'docs/webhooks.md' },
  'verifying-webhooks': { group: 'calls', file: 'views/docs/verifying-webhooks.md' },
  gateways: { group: 'platform', file: 'docs/gateways.md' },
  sdk: { group: 'platform', file: 'packages/verify/README.md' },
  'revocation-feed': { group: 'platform', file: 'docs/revocation-feed.md' },
  migrating: { group: 'platform', file: 'docs/migrating.md' },
  operating: { group: 'operating', file: 'docs/operating.md' },
  runbook: { group: 'operating', file: 'docs/runbook.md' },
  cli: { group: 'operating', file: 'docs/cli.md' },
  apply: { group: 'operating', file: 'docs/apply.md' },
  'infrastructure-as-code': { group: 'operating', file: 'docs/infrastructure-as-code.md' },
  leaks: { group: 'operating', file: 'docs/leaks.md' },
} as const satisfies Record<string, { group: GuideGroup; file: string }>

export type GuideSlug = keyof typeof guides

export const guideSlugs = Object.keys(guides) as GuideSlug[]

export function isGuideSlug(text: string): text is GuideSlug {
  return Object.hasOwn(guides, text)
}

/** What guides name besides each other: files to copy from, shown as they are. */
export const sourceFiles = [
  'examples/nginx/keygrant.conf',
  'examples/caddy/Caddyfile',
  'examples/traefik/keygrant.yml',
  'examples/envoy/envoy.yaml',
  'examples/kubernetes/keygrant-apply.yaml',
  'examples/terraform/main.tf',
  'examples/terraform/generator_config.yml',
  'docs/apply.schema.json',
  '.env.example',
] as const

export type SourceFile = (typeof sourceFiles)[number]

export function isSourceFile(path: string): path is SourceFile {
  return sourceFiles.some((file) => file === path)
}

export const root = new URL('../../../../', import.meta.url)
