/** Whose flow is whose: kept in memory under a random cookie, few and not for long, and gone with the process. */
import type { Context } from 'koa'
import type { CookieRules } from '../../http/cookies.ts'
import { hour, type Clock } from '../../platform/clock.ts'
import { randomSecret } from '../../platform/random.ts'
import type { Flow } from './flow.ts'

export interface Visitor {
  flow: Flow | null
  /** What was asked for last is done after what was asked for before: each step builds on the one before it. */
  turn: Promise<void>
}

export interface Visitors {
  find(ctx: Context): Visitor | null
  /** The visitor of this browser; a new one gets a cookie. */
  greet(ctx: Context): Visitor
  forget(ctx: Context): void
}

/** Some 50 KB each at most. */
const capacity = 200
const lifetimeSeconds = hour

interface Kept {
  visitor: Visitor
  endsAt: number
}

export function createVisitors({ clock, cookies }: { clock: Clock; cookies: CookieRules }): Visitors {
  const name = cookies.name('keygrant-demo')
  /** A Map remembers the order of insertion, so the first has been away the longest. */
  const kept = new Map<string, Kept>()

  const idOf = (ctx: Context) => ctx.cookies.get(name, { signed: true })

  function keep(id: string, visitor: Visitor): Visitor {
    const now = clock.now().getTime()
    kept.delete(id)
    for (const [other, { endsAt }] of kept) if (endsAt <= now || kept.size >= capacity) kept.delete(other)
    kept.set(id, { visitor, endsAt: now + lifetimeSeconds * 1000 })
    return visitor
  }

  function find(ctx: Context): Visitor | null {
    const id = idOf(ctx)
    const found = id === undefined ? undefined : kept.get(id)
    if (id === undefined || !found || found.endsAt <= clock.now().getTime()) return null
    return keep(id, found.visitor)
  }

  return {
    find,
    greet(ctx) {
      const known = find(ctx)
      if (known) return known
      const id = randomSecret()
      ctx.cookies.set(name, id, cookies.options)
      return keep(id, { flow: null, turn: Promise.resolve() })
    },
    forget(ctx) {
      const id = idOf(ctx)
      if (id !== undefined) kept.delete(id)
      ctx.cookies.set(name, null, cookies.options)
    },
  }
}
