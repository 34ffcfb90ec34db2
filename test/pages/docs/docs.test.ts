/** The documentation as it is served: no code without a page, no link to nowhere, in every language. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkCodes } from '../../../src/check/codes.ts'
import { catalogues, locales, type Locale } from '../../../src/http/messages.ts'
import { Problem, problemBody, problems, type ProblemCode } from '../../../src/http/problem.ts'
import { guideSlugs, sourceFiles } from '../../../src/pages/docs/guides/guides.ts'
import { createAgent } from '../../support/agent.ts'
import { addApiKey, addMember, addOrganization, addResource } from '../../support/api.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

/** In which errors are written of. */
const written = ['en', 'de'] as const satisfies Locale[]

const codes = [...new Set([...Object.keys(problems), ...Object.keys(checkCodes)])]
const help = { supportEmail: 'help@example.com', upgradeUrl: null }

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

async function read(path: string, language = 'en') {
  const answer = await fetch(server.url + path, { headers: { 'accept-language': language }, redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, html: await answer.text() }
}

const hrefs = (html: string) => [...html.matchAll(/ href="([^"]+)"/g)].map(([, href = '']) => href)

describe.each(written)('in %s', (language) => {
  test.each(codes)('%s has a page', async (code) => {
    const { status, html } = await read(`/docs/errors/${code}`, language)
    expect(status).toBe(200)
    expect(html).toContain(`<html lang="${language}">`)
    expect(html).toContain(`<code>${code}</code>`)
  })

  test('the index leads to every code, once', async () => {
    const { html } = await read('/docs/errors', language)
    const listed = hrefs(html).filter((href) => href.startsWith('/docs/errors/'))
    expect(listed.toSorted()).toEqual(codes.map((code) => `/docs/errors/${code}`).toSorted())
  })

  test('the start page leads here, and the first page to what programs read', async () => {
    const { apiUrl, publicUrl } = server.config
    expect(hrefs((await read('/', language)).html)).toContain('/docs')
    const first = hrefs((await read('/docs', language)).html)
    for (const document of [`${apiUrl}/v1/openapi.json`, `${publicUrl}/.well-known/openid-configuration`]) {
      expect(first).toContain(document)
      expect((await fetch(document)).status).toBe(200)
    }
  })

  test('the guide tells what to do by status, and whom to write to', async () => {
    const { html } = await read('/docs/troubleshooting', language)
    for (const anchor of ['status-401', 'status-403', 'status-429', 'yesterday', 'limits', 'unencrypted', 'gateway']) {
      expect(html).toContain(` id="${anchor}"`)
    }
    expect(html).toMatch(/Retry-After[\s\S]*Math\.random/)
    expect(html).toContain(`mailto:${server.config.settings.defaults.support_email}`)
  })
})

test.each(locales.filter((locale) => !(written as readonly Locale[]).includes(locale)))(
  'a reader of %s gets the page in that language, and what isn’t written in it in English, marked as such',
  async (language) => {
    for (const [path, mark] of [
      ['/docs/errors/expired', '<h1 lang="en">'],
      ['/docs/errors', '<h2 lang="en">'],
      ['/docs/troubleshooting', '<h2 lang="en">'],
    ] as const) {
      const [own, english] = await Promise.all([read(path, language), read(path)])
      expect(own.html).toContain(`<html lang="${language}">`)
      expect(own.html).toContain(mark)
      expect(english.html).not.toContain(mark)
      expect(english.html).toContain(/<h[12] lang="en">([^<]+)</.exec(own.html)?.[1] ?? 'no words in English')
    }
    expect((await read('/docs/errors/expired', language)).html).toContain(catalogues[language]['docs.steps'])
  },
)

/** Guides and the reference are in English in every language: once is enough for them. */
const followed = { en: /^\/docs/, de: /^\/docs($|\/errors|\/troubleshooting|\/quick-start)/ }

describe.each(written)('every page within reach of the first one, in %s,', (language) => {
  const pages = new Map<string, string>()
  const missing: string[] = []
  const elsewhere = new Set<string>()

  beforeAll(async () => {
    const waiting = ['/docs']
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { status, html } = await read(path, language)
      if (status !== 200) missing.push(path)
      pages.set(path, html)
      for (const href of hrefs(html).filter((one) => one.startsWith('/'))) {
        const [target = ''] = href.split('#')
        if (!followed[language].test(target)) elsewhere.add(target)
        else if (!pages.has(target) && !waiting.includes(target)) waiting.push(target)
      }
    }
  })

  test('is there, and so is whatever it links to', async () => {
    expect(missing).toEqual([])
    if (language === 'en') {
      const wanted = [...guideSlugs, 'troubleshooting', 'errors', 'api', ...sourceFiles.map((file) => `files/${file}`)]
      expect(wanted.filter((page) => !pages.has(`/docs/${page}`))).toEqual([])
    }
    const answers = await Promise.all(
      [...elsewhere]
        .filter((href) => !href.startsWith('/docs') && !href.startsWith('/sign-in?'))
        .map(async (href) => [href, (await read(href, language)).status] as const),
    )
    expect(answers.filter(([, status]) => status >= 400)).toEqual([])
  })

  test('links to places that are on the page that it names', () => {
    const ids = new Map(
      [...pages].map(([path, html]) => [path, [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)]),
    )
    for (const [path, own] of ids) expect([path, own.filter((id, at) => own.indexOf(id) !== at)]).toEqual([path, []])
    const dead = [...pages].flatMap(([path, html]) =>
      hrefs(html).filter((href) => {
        const [target = '', anchor] = href.split('#')
        const there = ids.get(target === '' ? path : target)
        return anchor !== undefined && there !== undefined && !there.includes(anchor)
      }),
    )
    expect(dead).toEqual([])
  })

  test('has nothing left as it is marked in the source, and nothing of the reader’s left open', () => {
    for (const [path, html] of pages) {
      const prose = html.replaceAll(/<(pre|code)\b[\s\S]*?<\/\1>/g, '')
      expect([path, prose.match(/`|\]\(|\{\w+\}|\[!/)]).toEqual([path, null])
      expect([path, html.match(/\{\{|placeholder[._]|<!-- /)]).toEqual([path, null])
    }
  })
})

test.each(Object.keys(problems) as ProblemCode[])(
  'the type of the problem %s is an address that is served, and its page is headed like it',
  async (code) => {
    const { publicUrl } = server.config
    const body = problemBody(new Problem(code), 'some-request', { publicUrl, ...help })
    const { status, html } = await read((body['type'] as string).replace(publicUrl, ''))
    expect(status).toBe(200)
    expect(html).toContain(`<h1>${problems[code].title}</h1>`)
  },
)

test('where an answer of the API sends people for help is served', async () => {
  const { publicUrl } = server.config
  const body = problemBody(new Problem('missing'), 'some-request', { publicUrl, ...help })
  expect((await read((body['help_url'] as string).replace(publicUrl, ''))).status).toBe(200)
})

test.each(['nonsense', 'constructor', '__proto__', 'MISSING', 'missing/more'])(
  'a code that nobody answers with, %s, is a page that isn’t there',
  async (code) => {
    const { status, html } = await read(`/docs/errors/${code}`)
    expect(status).toBe(404)
    expect(html).toContain('<h1>')
  },
)

test('a page that knows who looks is kept by no cache', async () => {
  expect((await read('/docs/errors/missing')).headers.get('cache-control')).toBe('no-store')
})

describe('the reader’s own', () => {
  test('addresses are in the examples', async () => {
    const { html } = await read('/docs/quick-start')
    expect(html).toContain(`${server.config.apiUrl}/v1/resources`)
    expect((await read('/docs/oauth')).html).toContain(`${server.config.publicUrl}/oauth2/authorize`)
  })

  test('newest key is named by how it ends, to nobody else', async () => {
    const person = await addPerson(server)
    const organizationId = await addOrganization(server)
    await addMember(server, organizationId, person.id)
    const { key } = await addApiKey(server, { userId: person.id, organizationId })
    const agent = createAgent(server.url)
    await agent.get('/sign-in')
    await agent.submit('/sign-in', { email: person.email, password: person.password })
    const named = `kg_live_…${key.slice(-4)}`
    for (const page of ['/docs', '/docs/quick-start']) {
      expect((await agent.get(page)).html).toContain(named)
      expect((await read(page)).html).not.toContain(named)
    }
    await server.db.apiKey.updateMany({ where: { userId: person.id }, data: { revokedAt: server.clock.now() } })
    expect((await agent.get('/docs')).html).not.toContain(named)
  })

  test('language is chosen in every group that has it, and curl unless one is', async () => {
    const chosen = async (cookie: string) => {
      const answer = await fetch(`${server.url}/docs/rotation`, { headers: { cookie } })
      return [...(await answer.text()).matchAll(/value="(\w+)" data-tab checked/g)].map(([, value]) => value)
    }
    expect(await chosen('')).toEqual(['curl'])
    expect(await chosen('docs_language=go')).toEqual(['go'])
    expect(await chosen('docs_language=%22%3E%3Cscript%3E')).toEqual(['curl'])
  })
})

test('scopes are those of this moment, and customers’ tiers stay theirs', async () => {
  await addResource(server, 'parcels', { 'parcels:send': 'anyone' })
  await server.db.tier.create({ data: { name: 'acme-special', hour: 7, burstSize: 7, limitPer: 'key' } })
  await vi.waitFor(async () => expect((await read('/docs/scopes')).html).toContain('parcels:send'))
  const { html } = await read('/docs/rate-limits')
  expect(html).toMatch(/free[\s\S]*1,000[\s\S]*pro[\s\S]*10,000/)
  expect(html).not.toContain('acme-special')
})

test('the reference has every operation of the description, once', async () => {
  const description = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const operations = Object.values(description.paths).flatMap((item) =>
    Object.values(item).map((one) => one.operationId),
  )
  const { html } = await read('/docs/api')
  const collections = new Set(hrefs(html).filter((href) => /^\/docs\/api\/[^#]+$/.test(href)))
  const pages = await Promise.all([...collections].map((href) => read(href)))
  const drawn = pages.flatMap((page) =>
    [...page.html.matchAll(/<section class="operation" id="(\w+)"/g)].map(([, id = '']) => id),
  )
  expect(drawn.toSorted()).toEqual(operations.toSorted())
})

describe('the search finds', () => {
  const first = async (query: string, language?: string) => {
    const { html } = await read(`/docs/search?q=${encodeURIComponent(query)}`, language)
    return hrefs(html.slice(html.indexOf('id="findings"'))).filter((href) => href.startsWith('/docs/'))
  }

  test.each([
    ['jitter', /^\/docs\/(rate-limits|troubleshooting)/],
    ['insufficient_scope', /^\/docs\/errors\/insufficient_scope$/],
    ['/v1/keys/verify-batch', /^\/docs\/api\/verification#verifyBatch$/],
    ['roatte key', /rotat/],
    ['auth_request', /^\/docs\/gateways/],
  ])('what %s is about', async (query, wanted) => {
    expect((await first(query)).slice(0, 4).some((href) => wanted.test(href))).toBe(true)
  })

  test('errors in the reader’s language', async () => {
    expect(await first('abgelaufen', 'de')).toContain('/docs/errors/expired')
  })

  test('nothing by the words behind the sixteenth, since anybody may ask, and each costs', async () => {
    const words = Array.from({ length: 16 }, (_, index) => `zz${index}zz`)
    const nothing = await first('zzzzzzzz')
    expect(await first([...words.slice(1), 'jitter'].join(' '))).not.toEqual(nothing)
    expect(await first([...words, 'jitter'].join(' '))).toEqual(nothing)
    // What is said again isn't counted.
    expect(await first(`${'zz- '.repeat(30)} jitter`)).not.toEqual(nothing)
  })

  test.each(['', ' ', '"><script>', '%', 'zzzzzzzz', 'a'.repeat(5000), '(.*+?[', '\u0000'])(
    'its way through %j',
    async (query) => {
      const { status, html } = await read(`/docs/search?q=${encodeURIComponent(query)}`)
      expect(status).toBe(200)
      expect(html).not.toContain('<script>')
    },
  )
})

test.each(['../package.json', 'package.json', 'docs/runbook.md', '%2e%2e/.env'])(
  'no file but those that guides name is shown: %s',
  async (file) => {
    expect((await read(`/docs/files/${file}`)).status).toBe(404)
  },
)
