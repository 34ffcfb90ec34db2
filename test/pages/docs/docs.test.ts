/** The documentation as it is served: no code without a page, no link to nowhere, in every language. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkCodes } from '../../../src/check/codes.ts'
import { locales } from '../../../src/http/messages.ts'
import { Problem, problemBody, problems, type ProblemCode } from '../../../src/http/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

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

describe.each(locales)('in %s', (language) => {
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

  test('every link of ours leads to a page, and every anchor to a place on it', async () => {
    const pages = new Map<string, string>()
    const dead: string[] = []
    const waiting = ['/docs']
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { status, html } = await read(path, language)
      if (status !== 200) dead.push(path)
      pages.set(path, html)
      const inside = hrefs(html).flatMap((href) => (href.startsWith('/docs') ? [href.split('#')[0] ?? ''] : []))
      waiting.push(...inside.filter((href) => !pages.has(href) && !waiting.includes(href)))
    }
    for (const [path, html] of pages) {
      for (const href of hrefs(html).filter((one) => one.includes('#') && !one.startsWith('http'))) {
        const [target = '', anchor = ''] = href.split('#')
        if (!pages.get(target === '' ? path : target)?.includes(` id="${anchor}"`)) dead.push(`${path}: ${href}`)
      }
    }
    expect(dead).toEqual([])
    // Nothing was left as it is marked in the source.
    for (const html of pages.values()) expect(html.replaceAll(/<pre[\s\S]*?<\/pre>/g, '')).not.toMatch(/`|\]\(|\{\w+\}/)
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
