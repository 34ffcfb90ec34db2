import { expect, test } from 'vitest'
import { createAfterwards } from '../../../src/pages/accounts/afterwards.ts'
import { createLog } from '../../../src/platform/log.ts'

test('work after an answer is not waited for, and the end of the server waits for all of it', async () => {
  const afterwards = createAfterwards()
  const done: string[] = []
  const gate = Promise.withResolvers<void>()
  afterwards.start(createLog('silent'), async () => {
    await gate.promise
    done.push('first')
    afterwards.start(createLog('silent'), async () => void done.push('started by the first'))
  })
  expect(done).toEqual([])
  gate.resolve()
  await afterwards[Symbol.asyncDispose]()
  expect(done).toEqual(['first', 'started by the first'])
})

test('what goes wrong is logged and stops nothing', async () => {
  const lines: string[] = []
  const log = createLog('error', { write: (line) => void lines.push(line) })
  const afterwards = createAfterwards()
  afterwards.start(log, () => Promise.reject(new Error('the database went away')))
  await afterwards.settled()
  expect(lines.join()).toContain('the database went away')
})
