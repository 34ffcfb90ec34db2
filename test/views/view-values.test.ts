/** What templates are given: models that can't be misspelled, addresses that can't run. */
import { describe, expect, test } from 'vitest'
import { durationOf, escapeHtml, monogramOf, outwardHref, strictModel, webAddress } from '../../src/http/view-values.ts'

describe('a model', () => {
  const model = strictModel({ name: 'a', list: [{ id: 1 }], at: new Date(0), nothing: null })

  test('throws for a name that it lacks, however deep', () => {
    expect(() => (model as Record<string, unknown>)['nmae']).toThrow('No model.nmae to show.')
    expect(() => (model.list[0] as Record<string, unknown>)['uid']).toThrow('No model.list[0].uid to show.')
  })

  test('gives what it has, dates and empty values among it', () => {
    expect(model.name).toBe('a')
    expect(model.list.map((item) => item.id)).toEqual([1])
    expect(model.at.toISOString()).toBe('1970-01-01T00:00:00.000Z')
    expect(model.nothing).toBeNull()
  })
})

describe('an address', () => {
  test.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:x',
    'file:///etc/passwd',
  ])('never leads to %s', (address) => {
    expect(() => outwardHref(address)).toThrow()
    expect(webAddress(address)).toBe(false)
  })

  test.each(['https://app.example/cb?code=1', 'http://127.0.0.1:5123/cb', 'com.example.app:/cb'])(
    'may lead to %s',
    (address) => {
      expect(outwardHref(address)).toBe(address)
    },
  )

  test('of the web is http or https', () => {
    expect(webAddress('https://example.com')).toBe(true)
    expect(webAddress('com.example.app:/cb')).toBe(false)
    expect(webAddress(null)).toBe(false)
  })
})

test('says a duration in its largest unit that reads well', () => {
  expect(durationOf(30)).toEqual({ unit: 'minutes', count: 30 })
  expect(durationOf(90)).toEqual({ unit: 'minutes', count: 90 })
  expect(durationOf(120)).toEqual({ unit: 'hours', count: 2 })
  expect(durationOf(1440)).toEqual({ unit: 'hours', count: 24 })
  expect(durationOf(10_080)).toEqual({ unit: 'days', count: 7 })
})

test('takes the first letter as people see it', () => {
  expect(monogramOf(' émile')).toBe('É')
  expect(monogramOf('👩‍💻 tools')).toBe('👩‍💻')
  expect(monogramOf('')).toBe('?')
})

test('escapes what would leave text or a quoted attribute', () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;')
})
