/** The demo's memory is bounded: in people, in time. */
import type { Context } from 'koa'
import { expect, test } from 'vitest'
import { cookieRules } from '../../../src/http/cookies.ts'
import { createVisitors } from '../../../src/pages/demo/visitors.ts'

/** As much of Koa's context as holds the cookies of one browser. */
function browser(): { ctx: Context; options: () => unknown } {
  let cookie: string | undefined
  let set: unknown
  const cookies = {
    get: () => cookie,
    set(_name: string, value: string | null, options: unknown) {
      cookie = value ?? undefined
      set = options
    },
  }
  return { ctx: { cookies } as unknown as Context, options: () => set }
}

function open() {
  let now = Date.parse('2026-11-24T09:30:00Z')
  const clock = { now: () => new Date(now) }
  const visitors = createVisitors({ clock, cookies: cookieRules('http://localhost:3000') })
  return { visitors, pass: (seconds: number) => void (now += seconds * 1000) }
}

test('knows a browser again by its cookie, which no script reads', () => {
  const { visitors } = open()
  const { ctx, options } = browser()
  expect(visitors.find(ctx)).toBeNull()
  const visitor = visitors.greet(ctx)
  expect(visitors.find(ctx)).toBe(visitor)
  expect(visitors.greet(ctx)).toBe(visitor)
  expect(options()).toMatchObject({ httpOnly: true, sameSite: 'lax', signed: true })
})

test('keeps a visitor for an hour after the last visit', () => {
  const { visitors, pass } = open()
  const { ctx } = browser()
  visitors.greet(ctx)
  pass(3599)
  expect(visitors.find(ctx)).not.toBeNull()
  pass(3599)
  expect(visitors.find(ctx)).not.toBeNull()
  pass(3600)
  expect(visitors.find(ctx)).toBeNull()
})

test('keeps 200 visitors: the one that was away the longest makes room', () => {
  const { visitors } = open()
  const browsers = Array.from({ length: 200 }, browser)
  for (const { ctx } of browsers) visitors.greet(ctx)
  const [first, second] = browsers
  expect(first && visitors.find(first.ctx)).not.toBeNull()
  visitors.greet(browser().ctx)
  expect(first && visitors.find(first.ctx)).not.toBeNull()
  expect(second && visitors.find(second.ctx)).toBeNull()
  expect(browsers.filter(({ ctx }) => visitors.find(ctx) !== null)).toHaveLength(199)
})

test('forgets a visitor when told to', () => {
  const { visitors } = open()
  const { ctx } = browser()
  visitors.greet(ctx)
  visitors.forget(ctx)
  expect(visitors.find(ctx)).toBeNull()
})
