/** Where the links of a guide lead here: files that link each other on a shelf of code are pages of one site. */
import { guides, guideSlugs, isSourceFile, type GuideSlug } from './guides.ts'

const bySource = new Map<string, GuideSlug>(guideSlugs.map((slug) => [guides[slug].file, slug]))
bySource.set('packages/verify', 'sdk')

/** @throws for a file that isn't served: the link would be dead */
export function linkFrom(file: string, href: string): string {
  if (/^([a-z]+:|#|\/)/i.test(href)) return href
  const url = new URL(href, `file:///${file}`)
  const path = url.pathname.slice(1)
  const slug = bySource.get(path)
  if (slug !== undefined) return `/docs/${slug}${url.hash}`
  if (isSourceFile(path)) return `/docs/files/${path}`
  throw new Error(`${file} links to ${href}, which the documentation doesn't have.`)
}
