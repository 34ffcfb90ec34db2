/**
 * The guides, the reference and the search. What they stand on is loaded with the first page of them that somebody reads,
 * and not when the server starts.
 */
import { readFileSync } from 'node:fs'
import type { DocsGuidePart, DocsModels } from '../../http/docs-models.ts'
import type { Locale } from '../../http/messages.ts'
import type { DocsFacts } from './facts.ts'
import { frame } from './frame.ts'
import { chooseLanguage, codeTabs, type CodeLanguage } from './guides/code.ts'
import { root, type GuideSlug, type SourceFile } from './guides/guides.ts'
import { highlight } from './guides/highlight.ts'
import { fillHtml, type PlaceholderValues } from './guides/placeholders.ts'
import { guide, type GuidePart } from './guides/render.ts'
import type { Description } from './reference/description.ts'
import { examplesOf } from './reference/examples.ts'
import { referenceOf, type Reference } from './reference/reference.ts'
import { entriesFor } from './search/entries.ts'
import { createSearch, type Search } from './search/search.ts'

/** For whom a page is made. */
export interface Reader {
  locale: Locale
  language: CodeLanguage
  userId: string | null
}

export interface Library {
  start(reader: Reader): Promise<DocsModels['docs']>
  guide(slug: GuideSlug, reader: Reader): Promise<DocsModels['docs-guide']>
  file(path: SourceFile): DocsModels['docs-file']
  reference(): Promise<DocsModels['docs-reference']>
  /** Null: there is no such collection. */
  collection(slug: string, reader: Reader): Promise<DocsModels['docs-collection'] | null>
  search(query: string, reader: Reader): Promise<DocsModels['docs-search']>
}

export function openLibrary(facts: DocsFacts): Library {
  const { at } = facts
  let drawn: { of: object; reference: Reference; searches: Map<Locale, Search> } | undefined

  async function current() {
    const of = await facts.describe()
    if (drawn?.of !== of) {
      drawn = { of, reference: referenceOf(of as unknown as Description, at.apiUrl), searches: new Map() }
    }
    return drawn
  }

  async function newestKey({ userId }: Reader): Promise<string | null> {
    const newest = userId === null ? null : await facts.newestKey(userId)
    return newest && `${facts.keyPrefix}_${newest.environment}_…${newest.hint}`
  }

  function valuesFor(key: string | null): PlaceholderValues {
    return {
      api_url: at.apiUrl,
      issuer: at.publicUrl,
      platform: facts.platform.name,
      support_email: at.supportEmail,
      key_prefix: facts.keyPrefix,
      key: key ?? `${facts.keyPrefix}_live_…`,
    }
  }

  async function partFor(part: GuidePart, fill: (html: string) => string): Promise<DocsGuidePart> {
    if (part.kind === 'html') return { kind: 'html', html: fill(part.html) }
    if (part.kind === 'tiers') return { kind: 'tiers', tiers: await facts.tiers() }
    return { kind: 'scopes', resources: facts.resources().map(scopesOf) }
  }

  return {
    async start(reader) {
      const first = { method: 'GET', url: `${at.apiUrl}/v1/resources`, credential: true, body: undefined }
      return {
        frame: frame('/docs'),
        call: chooseLanguage(codeTabs('first-call', examplesOf(first)), reader.language),
        addresses: {
          description: `${at.apiUrl}/v1/openapi.json`,
          discovery: `${at.publicUrl}/.well-known/openid-configuration`,
        },
        keyHint: await newestKey(reader),
      }
    },
    async guide(slug, reader) {
      const { title, lead, parts, headings } = guide(slug)
      const values = valuesFor(await newestKey(reader))
      const fill = (html: string) => chooseLanguage(fillHtml(html, values), reader.language)
      return {
        frame: frame(`/docs/${slug}`, {
          headings: headings.map((heading) => ({ ...heading, text: fillHtml(heading.text, values) })),
        }),
        title,
        lead: fill(lead),
        parts: await Promise.all(parts.map((part) => partFor(part, fill))),
      }
    },
    file(path) {
      const text = readFileSync(new URL(path, root), 'utf8')
      return { frame: frame(''), path, code: highlight(text, path.split('.').at(-1) ?? '') }
    },
    async reference() {
      const { reference } = await current()
      return {
        frame: frame('/docs/api', { collections: linksOf(reference) }),
        version: reference.version,
        collections: reference.collections.map(({ slug, title, description, operations }) => ({
          href: `/docs/api/${slug}`,
          title,
          description,
          operations: operations.map((operation) => ({
            href: `/docs/api/${slug}#${operation.id}`,
            method: operation.method,
            path: operation.path,
            title: operation.title,
          })),
        })),
      }
    },
    async collection(slug, reader) {
      const { reference } = await current()
      const found = reference.collections.find((one) => one.slug === slug)
      if (!found) return null
      return {
        frame: frame('/docs/api', { collections: linksOf(reference) }),
        title: found.title,
        description: found.description,
        operations: found.operations.map((one) => ({
          ...one,
          examples: chooseLanguage(one.examples, reader.language),
        })),
      }
    },
    async search(query, { locale }) {
      const { reference, searches } = await current()
      let search = searches.get(locale)
      if (!search) {
        search = createSearch(entriesFor({ at, values: valuesFor(null), reference }, locale))
        searches.set(locale, search)
      }
      return { frame: frame('/docs/search', { query }), findings: query.trim() === '' ? [] : search(query) }
    },
  }
}

function linksOf({ collections }: Reference) {
  return collections.map(({ slug, title }) => ({ href: `/docs/api/${slug}`, title }))
}

function scopesOf({ title, identifier, scopes }: ReturnType<DocsFacts['resources']>[number]) {
  return {
    title,
    identifier,
    // Those of administrators are everybody's once more, over everything: they would only make the table twice as long.
    scopes: scopes
      .filter(({ name: scope }) => !scope.startsWith('admin:'))
      .map(({ name, title: words, description, optional, sensitive, writes, grantableBy }) => ({
        name,
        title: words,
        description,
        grantableBy,
        marks: [...(writes ? ['writes'] : []), ...(sensitive ? ['sensitive'] : []), ...(optional ? ['optional'] : [])],
      })),
  }
}
