/** How the platform looks, as it is set at the moment: what pages and mails link to, and the answers to that. */
import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import { logoOf, type Logo } from '../brand/logo.ts'
import { brandStylesheet } from '../brand/stylesheet.ts'

/** Read at each page: they may be changed while the server runs. */
export interface BrandSettings {
  readonly logo: string | null
  readonly accent: string | null
  readonly accentDark: string | null
}

export interface Brand {
  /** Paths of ours that change with what they lead to; null: there is none. */
  readonly stylesheet: string | null
  readonly logo: string | null
  /** The logo has the name in it, as its shape says: the name isn't written beside it. */
  readonly wide: boolean
  /** For mails, which stand on white: a whole address, and a colour. */
  readonly logoUrl: string | null
  readonly accent: string | null
}

export const plainBrand: Brand = { stylesheet: null, logo: null, wide: false, logoUrl: null, accent: null }

interface File {
  path: string
  type: string
  body: Buffer
}

/** Wider than twice its height. */
const isWide = ({ width, height }: Logo): boolean => width > 2 * height

const extensions = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp', 'image/gif': 'gif' } as const

export function createBrand(settings: BrandSettings, publicUrl: string): { brand: Brand; brandAssets: Middleware } {
  const logo = remembered(
    () => settings.logo,
    (text) => {
      if (text === null) return null
      const image = logoOf(text)
      return { file: fileOf('logo', extensions[image.type], image.type, image.bytes), wide: isWide(image) }
    },
  )
  const stylesheet = remembered(
    () => brandStylesheet({ light: settings.accent, dark: settings.accentDark }),
    (text) => (text === '' ? null : fileOf('brand', 'css', 'text/css; charset=utf-8', Buffer.from(text))),
  )

  return {
    brand: {
      get stylesheet() {
        return stylesheet()?.path ?? null
      },
      get logo() {
        return logo()?.file.path ?? null
      },
      get wide() {
        return logo()?.wide ?? false
      },
      get logoUrl() {
        const path = logo()?.file.path
        return path === undefined ? null : `${publicUrl}${path}`
      },
      get accent() {
        return settings.accent
      },
    },
    async brandAssets(ctx, next) {
      const asked =
        ctx.method === 'GET' || ctx.method === 'HEAD' ? /^\/assets\/(logo|brand)\.[\w.-]+$/.exec(ctx.path) : null
      const file = asked && (asked[1] === 'logo' ? logo()?.file : stylesheet())
      if (!file) {
        await next()
        return
      }
      // Another hash is of a node that knows more, or of an old mail: what there is, but not to be kept.
      const current = ctx.path === file.path
      ctx.set('cache-control', current ? 'public, max-age=31536000, immutable' : 'no-cache')
      ctx.set('x-content-type-options', 'nosniff')
      // Mails are read elsewhere.
      if (asked[1] === 'logo') ctx.set('cross-origin-resource-policy', 'cross-origin')
      ctx.type = file.type
      ctx.body = file.body
    },
  }
}

function fileOf(name: string, extension: string, type: string, body: Buffer): File {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 12)
  return { path: `/assets/${name}.${hash}.${extension}`, type, body }
}

/** Made anew only when what it is made of has changed. */
function remembered<Given, Made>(given: () => Given, make: (given: Given) => Made): () => Made {
  let last: { given: Given; made: Made } | null = null
  return () => {
    const now = given()
    if (!last || last.given !== now) last = { given: now, made: make(now) }
    return last.made
  }
}
