import { expect, test } from 'vitest'
import { normalisedRange } from '../../src/api-keys/allowed-ips.ts'

test.for([
  ['192.0.2.1', '192.0.2.1'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['10.1.2.3/20', '10.1.0.0/20'],
  ['10.1.2.3/0', '0.0.0.0/0'],
  ['10.1.2.3/32', '10.1.2.3/32'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8::1/33', '2001:db8::/33'],
  ['::/0', '::/0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
] as const)('%s is kept as %s', ([text, kept]) => {
  expect(normalisedRange(text)).toBe(kept)
})

test.for([
  '',
  'localhost',
  '127.1',
  '0x7f.0.0.1',
  '010.0.0.1',
  '2130706433',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '2001:db8::/129',
  'fe80::1%eth0',
  ' 10.0.0.1',
])('%j is no address that everybody reads alike', (text) => {
  expect(normalisedRange(text)).toBeNull()
})
