import { expect, test } from 'vitest'
import { createHostLimit } from '../../src/webhooks/deliveries/host-limit.ts'

const url = 'https://hooks.example.com/in'

test('never more than allowed at once, whoever comes when, and everybody in turn', async () => {
  const hosts = createHostLimit(2, 60_000)
  const order: number[] = []
  let [busy, most] = [0, 0]
  const visit = async (index: number) => {
    const leave = await hosts.enter(`${url}?${index}`)
    order.push(index)
    most = Math.max(most, ++busy)
    await Promise.resolve()
    busy--
    leave?.()
  }
  await Promise.all(Array.from({ length: 20 }, (_, index) => visit(index)))
  expect([most, busy]).toEqual([2, 0])
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index))
})

test('whoever has waited in vain takes no place, and another host has its own', async () => {
  const hosts = createHostLimit(1, 0)
  const leave = await hosts.enter(url)
  expect(await hosts.enter(url)).toBeNull()
  expect(await hosts.enter('https://other.example.com/')).not.toBeNull()
  leave?.()
  expect(await hosts.enter(url)).not.toBeNull()
})
