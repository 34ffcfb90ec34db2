/** The stylesheet and the scripts, as a browser and a cache get them. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assets, assetUrl } from '../../src/http/assets.ts'

const app = new Koa()
app.use(assets())
let server: Server
let base: string

beforeAll(async () => {
  server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => server.close())

test('may be kept for ever, since its name changes with its content', async () => {
  const answer = await fetch(base + assetUrl('keygrant.css'))
  expect(answer.status).toBe(200)
  expect(assetUrl('keygrant.css')).toMatch(/^\/assets\/keygrant\.[\w-]{12}\.css$/)
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
})

test('is one stylesheet that starts with the reset and asks no other host', async () => {
  const css = await (await fetch(base + assetUrl('keygrant.css'))).text()
  expect(css).toMatch(/^\/\*! modern-normalize/)
  expect(css).toContain('--canvas')
  expect(css).not.toMatch(/@import|url\(/)
})

test('comes compressed to those who take it, and plain to the rest, with the same content', async () => {
  const get = (encoding: string) => fetch(base + assetUrl('keygrant.css'), { headers: { 'accept-encoding': encoding } })
  const [packed, plain] = await Promise.all([get('gzip, br'), get('identity')])
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(packed.headers.get('vary')).toBe('Accept-Encoding')
  expect(await packed.text()).toBe(await plain.text())
})

test('answers a HEAD without a body', async () => {
  const answer = await fetch(base + assetUrl('icon.svg'), { method: 'HEAD' })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('')
})

test.each(['/assets/keygrant.css', '/assets/keygrant.AAAAAAAAAAAA.css', '/assets/../package.json', '/assets/'])(
  'has nothing at %s',
  async (path) => {
    expect((await fetch(base + path)).status).toBe(404)
  },
)

test('has nothing for a POST', async () => {
  expect((await fetch(base + assetUrl('keygrant.css'), { method: 'POST' })).status).toBe(404)
})

test('knows no name that isn’t served', () => {
  expect(() => assetUrl('missing.css')).toThrow('missing.css')
})
