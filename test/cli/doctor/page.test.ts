import { expect, test } from 'vitest'
import { readPage } from '../../../src/cli/doctor/page.ts'

const url = new URL('https://auth.example.com/interaction/x')

test('a form is read with its action, its hidden values and its boxes', () => {
  const html = `<form method="post" action="/interaction/x/consent">
    <input type="hidden" name="_csrf" value="a&amp;b&#34;c&#x27;d">
    <input class="x" name='scope' type='checkbox' value=reports:read checked>
    <input type="checkbox" name="all">
    <input type="submit"><input name="gone" disabled>
  </form>
  <form action="https://other.example.com/"></form>`
  expect(readPage(html, url).forms).toEqual([
    {
      action: new URL('https://auth.example.com/interaction/x/consent'),
      fields: [
        { name: '_csrf', value: `a&b"c'd`, checkbox: false },
        { name: 'scope', value: 'reports:read', checkbox: true },
        { name: 'all', value: 'on', checkbox: true },
      ],
    },
    { action: new URL('https://other.example.com/'), fields: [] },
  ])
})

test('where a page goes on by itself is read', () => {
  const html = '<meta http-equiv="refresh" content="0;url=/oauth2/authorize/x?a=1&amp;b=2">'
  expect(readPage(html, url).refresh).toEqual(new URL('https://auth.example.com/oauth2/authorize/x?a=1&b=2'))
  expect(readPage('<meta charset="utf-8">', url).refresh).toBeNull()
})

test('the heading is read as its text', () => {
  expect(readPage('<h1 class="a">\n  <bdi>Reports</bdi> asks &amp; waits\n</h1><h1>no</h1>', url).heading).toBe(
    'Reports asks & waits',
  )
  expect(readPage('<p>none</p>', url).heading).toBe('')
})
