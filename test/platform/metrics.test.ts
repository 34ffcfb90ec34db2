/** What is told of metrics can be read by what reads Prometheus' text format. */
import { expect, test } from 'vitest'
import { createMetrics } from '../../src/platform/metrics.ts'
import { readMetrics } from '../support/prometheus.ts'

test('a metric is told with its help, its type and all its samples', async () => {
  const metrics = createMetrics()
  const checks = { valid: 3, revoked: 0 }
  metrics.counter('checks_total', 'Decisions.', () =>
    Object.entries(checks).map(([code, value]) => ({ labels: { kind: 'api_key', code }, value })),
  )
  checks.valid += 1
  expect(readMetrics(await metrics.text())).toEqual([
    {
      name: 'checks_total',
      type: 'counter',
      help: 'Decisions.',
      samples: [
        { labels: { kind: 'api_key', code: 'valid' }, value: 4 },
        { labels: { kind: 'api_key', code: 'revoked' }, value: 0 },
      ],
    },
  ])
})

test('what can be read only when asked is read then, and what fails hides nothing else', async () => {
  const metrics = createMetrics()
  let degrees = 20
  metrics.gauge('temperature', 'In degrees.', () => degrees)
  metrics.gauge('broken', 'Throws.', () => {
    throw new Error('broken')
  })
  metrics.gauge('away', 'Rejects.', () => Promise.reject(new Error('away')))
  metrics.gauge('unknown', 'Not known now.', () => undefined)
  metrics.gauge('later', 'Takes its time.', async () => Promise.resolve(Number.POSITIVE_INFINITY))
  degrees = -3.25
  const families = readMetrics(await metrics.text())
  expect(families.map(({ name, samples }) => [name, samples[0]?.value])).toEqual([
    ['temperature', -3.25],
    ['later', Number.POSITIVE_INFINITY],
  ])
})

test('no text can break out of its place', async () => {
  const metrics = createMetrics()
  const value = 'a "quoted" \\ back\nslash} 1'
  metrics.gauge('odd', 'One\nline \\ only', () => [{ labels: { value }, value: 1 }])
  expect(readMetrics(await metrics.text())).toMatchObject([
    { help: 'One\nline \\ only', samples: [{ labels: { value }, value: 1 }] },
  ])
})

test.for([
  ['twice', ['up', 'up']],
  ['with a space', ['not a name']],
  ['of a counter for a gauge', ['requests_total']],
] as const)('a name %s is refused', ([, names]) => {
  const metrics = createMetrics()
  expect(() => {
    for (const name of names) metrics.gauge(name, 'Help.', () => 1)
  }).toThrow()
})
