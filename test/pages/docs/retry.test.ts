/** The program that the guide shows does what the guide says of it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runInThisContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { retryProgram } from '../../../src/pages/docs/retry.ts'

const callPatiently = runInThisContext(`(${retryProgram})`) as (
  url: string,
  options: object,
  tries?: number,
) => Promise<Response>

/** Answers with each status in turn, and with the last from then on. */
async function serveInTurn(...answers: [status: number, retryAfter?: string][]) {
  const arrivals: number[] = []
  const server = createServer((_, response) => {
    const [status, retryAfter] = answers[Math.min(arrivals.length, answers.length - 1)] ?? [500]
    arrivals.push(performance.now())
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals }
}

test('never comes back before Retry-After', async () => {
  const { url, arrivals } = await serveInTurn([429, '1'], [200])
  expect((await callPatiently(url, {})).status).toBe(200)
  expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(1000)
})

test('comes back after an outage, too, without being told when', async () => {
  const { url, arrivals } = await serveInTurn([503], [200])
  expect((await callPatiently(url, {})).status).toBe(200)
  expect(arrivals).toHaveLength(2)
})

test.for([200, 400, 401, 403, 500])('repeats nothing that was answered with %i', async (status) => {
  const { url, arrivals } = await serveInTurn([status])
  expect((await callPatiently(url, {})).status).toBe(status)
  expect(arrivals).toHaveLength(1)
})

test('gives up in the end, with the last answer', async () => {
  const { url, arrivals } = await serveInTurn([429])
  expect((await callPatiently(url, {}, 2)).status).toBe(429)
  expect(arrivals).toHaveLength(2)
})
