import { describe, expect, test } from 'vitest'
import { BusyError, createWorkLimit } from '../../src/platform/work-limit.ts'

const patient = { concurrency: 2, queueLimit: 2, maxWaitMs: 60_000 }

describe('limited work', () => {
  test('runs no more at once than allowed, and the rest in the order of coming', async () => {
    const limit = createWorkLimit({ ...patient, queueLimit: 8 })
    const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>())
    const begun: number[] = []
    const all = gates.map((gate, index) =>
      limit.run(async () => {
        begun.push(index)
        await gate.promise
        return index
      }),
    )
    expect([begun.length, limit.running, limit.waiting]).toEqual([0, 2, 4])
    for (const [index, gate] of gates.entries()) {
      gate.resolve()
      expect(await all[index]).toBe(index)
      expect(limit.running).toBeLessThanOrEqual(2)
    }
    expect(begun).toEqual([0, 1, 2, 3, 4, 5])
    expect([limit.running, limit.waiting]).toEqual([0, 0])
  })

  test('refuses what comes on top of a full queue at once and says when to come again', async () => {
    const limit = createWorkLimit({ ...patient, queueLimit: 1, maxWaitMs: 4_200 })
    const gate = Promise.withResolvers<void>()
    const kept = [1, 2, 3].map(() => limit.run(() => gate.promise))
    const refused = limit.run(() => Promise.reject(new Error('never begun')))
    await expect(refused).rejects.toThrow(BusyError)
    await expect(refused).rejects.toMatchObject({ retryAfterSeconds: 5 })
    gate.resolve()
    await Promise.all(kept)
  })

  test('lets go of what waited too long, without beginning it, and goes on', async () => {
    const limit = createWorkLimit({ concurrency: 1, queueLimit: 2, maxWaitMs: 1 })
    const gate = Promise.withResolvers<void>()
    const running = limit.run(() => gate.promise)
    let begun = false
    const late = limit.run(() => {
      begun = true
      return Promise.resolve()
    })
    await expect(late).rejects.toThrow(BusyError)
    expect([begun, limit.waiting, limit.running]).toEqual([false, 0, 1])
    gate.resolve()
    await running
    expect(await limit.run(() => Promise.resolve('next'))).toBe('next')
  })

  test('gives the place free when the work fails', async () => {
    const limit = createWorkLimit({ ...patient, concurrency: 1 })
    await expect(limit.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(limit.running).toBe(0)
    expect(await limit.run(() => Promise.resolve(1))).toBe(1)
  })
})
