/** The stylesheet, the small browser modules and the icon: read once, kept in memory, served under names that carry their content's hash. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Middleware } from 'koa'

const folder = new URL('../../views/assets/', import.meta.url)

const require = createRequire(import.meta.url)

/** The build for a script element, which its package's exports don't name. */
const chartLibrary = join(dirname(require.resolve('chart.js')), 'chart.umd.min.js')

/** In the order of the cascade; the first is the reset. */
const stylesheet = [
  require.resolve('modern-normalize'),
  new URL('styles/tokens.css', folder),
  new URL('styles/base.css', folder),
  new URL('styles/layout.css', folder),
  new URL('styles/controls.css', folder),
  new URL('styles/components.css', folder),
  new URL('styles/pages.css', folder),
  new URL('styles/desk.css', folder),
  new URL('styles/desk-blocks.css', folder),
  new URL('styles/desk-groups.css', folder),
  new URL('styles/docs-bar.css', folder),
  new URL('styles/docs-frame.css', folder),
  new URL('styles/docs-start.css', folder),
  new URL('styles/docs.css', folder),
  new URL('styles/docs-prose.css', folder),
  new URL('styles/docs-code.css', folder),
  new URL('styles/docs-reference.css', folder),
  new URL('styles/demo.css', folder),
  new URL('styles/media.css', folder),
]

const module = (file: string) => ({ type: 'text/javascript; charset=utf-8', files: [new URL(file, folder)] })

const sources = {
  'keygrant.css': { type: 'text/css; charset=utf-8', files: stylesheet },
  'show-password.js': module('show-password.js'),
  'submit-once.js': module('submit-once.js'),
  'submit-now.js': module('submit-now.js'),
  'copy.js': module('copy.js'),
  'countdown.js': module('countdown.js'),
  'waiting.js': module('waiting.js'),
  'charts.js': module('charts.js'),
  'chart-library.js': { type: 'text/javascript; charset=utf-8', files: [chartLibrary] },
  'docs.js': { type: 'text/javascript; charset=utf-8', files: [new URL('docs.js', folder)] },
  'icon.svg': { type: 'image/svg+xml', files: [new URL('icon.svg', folder)] },
} satisfies Record<string, { type: string; files: (string | URL)[] }>

interface Asset {
  url: string
  type: string
  body: Buffer
  gzipped: Buffer
}

// They belong to the program as its code does: fixed when it starts, the same on every node that runs this version.
const byName = new Map<string, Asset>(Object.entries(sources).map(([name, source]) => [name, load(name, source)]))
const byUrl = new Map<string, Asset>([...byName.values()].map((asset) => [asset.url, asset]))

function load(name: string, source: { type: string; files: (string | URL)[] }): Asset {
  const body = Buffer.from(source.files.map((file) => readFileSync(file, 'utf8')).join('\n'))
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12)
  const dot = name.lastIndexOf('.')
  const url = `/assets/${name.slice(0, dot)}.${hash}${name.slice(dot)}`
  return { url, type: source.type, body, gzipped: gzipSync(body, { level: 9 }) }
}

/** The path under which an asset is served; it changes with its content, so browsers may keep it for ever. */
export function assetUrl(name: string): string {
  const asset = byName.get(name)
  if (!asset) throw new Error(`No asset "${name}".`)
  return asset.url
}

/** Answers GET and HEAD below `/assets/`; an unknown name is left to those who come after. */
export function assets(): Middleware {
  return async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? byUrl.get(ctx.path) : undefined
    if (!asset) {
      await next()
      return
    }
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.vary('Accept-Encoding')
    ctx.type = asset.type
    if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
      ctx.set('Content-Encoding', 'gzip')
      ctx.body = asset.gzipped
    } else {
      ctx.body = asset.body
    }
  }
}
