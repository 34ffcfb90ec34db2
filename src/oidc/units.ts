/** Which unit of work a piece of code runs in: bound to its request, so that adapter calls, which are given none, find it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'koa'
import type { RequestState } from '../http/entrance.ts'
import { openUnit, type Unit, type UnitOptions } from './unit/unit.ts'

export interface Units {
  /** The unit of the request that is being served. */
  current: () => Unit
  /** Runs with a unit of its own, for a request or none. What it writes is written when it calls `flush`. */
  run<T>(
    ctx: Context | null,
    work: (unit: Unit) => Promise<T>,
    about?: Pick<UnitOptions, 'clientId' | 'interactionUid' | 'reason'>,
  ): Promise<T>
}

export function createUnits(options: Pick<UnitOptions, 'pool' | 'secrets' | 'clock'>): Units {
  const storage = new AsyncLocalStorage<Unit>()
  return {
    current() {
      const unit = storage.getStore()
      if (!unit) throw new Error('no unit of work is open here')
      return unit
    },
    run(ctx, work, about = {}) {
      const state = ctx && (ctx.state as RequestState)
      const request = state && { id: state.requestId, address: state.caller.address, userAgent: ctx.get('user-agent') }
      const unit = openUnit({ ...options, ...about, request })
      return storage.run(unit, () => work(unit))
    },
  }
}
