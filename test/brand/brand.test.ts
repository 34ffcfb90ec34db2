/** What may be the platform's look: images that are what they say, and colours that can be read. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accentSchema, accentTokens, grounds } from '../../src/brand/accent.ts'
import { contrast } from '../../src/brand/contrast.ts'
import { LARGEST_LOGO, logoOf, logoSchema } from '../../src/brand/logo.ts'
import { readRasterImage } from '../../src/brand/raster-image.ts'
import { brandStylesheet } from '../../src/brand/stylesheet.ts'
import { dataUri, png } from './images.ts'

const faultOf = (text: string) => logoSchema.safeParse(text).error?.issues[0]?.message ?? null

describe('a logo', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0001108002000400301220002110103110100', 'hex')
  const gif = Buffer.from('GIF89a\x40\x00\x20\x00', 'latin1')
  const lossy = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a', 'latin1'),
    Buffer.from('40002000', 'hex'),
  ])
  const extended = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0', 'latin1'),
    Buffer.from('3f00001f0000', 'hex'),
  ])
  const lossless = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f', 'latin1'),
    Buffer.from('3fc00700', 'hex'),
  ])

  test.each([
    ['png', png(64, 32), 'image/png'],
    ['jpeg', jpeg, 'image/jpeg'],
    ['gif', gif, 'image/gif'],
    ['webp, lossy', lossy, 'image/webp'],
    ['webp, extended', extended, 'image/webp'],
    ['webp, lossless', lossless, 'image/webp'],
  ])('is known with its size: %s', (_, bytes, type) => {
    expect(readRasterImage(bytes)).toEqual({ type, width: 64, height: 32 })
    expect(faultOf(dataUri(type, bytes))).toBeNull()
    expect(logoOf(dataUri(type, bytes))).toMatchObject({ type, width: 64, height: 32, bytes })
  })

  test('is no document, no other address, and nothing that it isn’t', () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    expect(faultOf(dataUri('image/svg+xml', svg))).toContain('PNG')
    expect(faultOf('https://example.com/logo.png')).toContain('PNG')
    expect(faultOf(dataUri('image/png', svg))).toBe('is not the kind of image that it says it is')
    expect(faultOf(dataUri('image/gif', png(2, 2)))).toBe('is not the kind of image that it says it is')
    expect(faultOf(`${dataUri('image/png', png(2, 2))}"onload="x`)).toContain('PNG')
  })

  test('is small', () => {
    const padded = Buffer.concat([png(2, 2), Buffer.alloc(LARGEST_LOGO)])
    expect(faultOf(dataUri('image/png', padded))).toBe('must have at most 64 KiB')
    expect(faultOf(dataUri('image/png', png(2001, 1)))).toContain('2000 pixels')
  })

  test('of any bytes is read or refused, and never a fault of ours', () => {
    const beginnings = fc.constantFrom(
      ...[jpeg, gif, lossy, extended, lossless, png(1, 1)].map((one) => one.subarray(0, 16)),
    )
    const bytes = fc
      .tuple(beginnings, fc.uint8Array({ maxLength: 40 }))
      .map(([begin, rest]) => Buffer.concat([begin, rest]))
    fc.assert(
      fc.property(bytes, (some) => void readRasterImage(some)),
      { numRuns: 500 },
    )
  })
})

describe('a colour', () => {
  test('is held to the grounds that pages have', () => {
    const source = readFileSync(new URL('../../views/assets/styles/tokens.css', import.meta.url), 'utf8')
    const [light = '', dark = ''] = source.split('@media')
    for (const [css, scheme] of [
      [light, 'light'],
      [dark, 'dark'],
    ] as const) {
      for (const [name, colour] of Object.entries(grounds[scheme])) expect(css).toContain(`--${name}: ${colour};`)
    }
  })

  test('that can’t be read is refused with how far it is from that', () => {
    expect(accentSchema('light').safeParse('#ffcc00').error?.issues[0]?.message).toBe(
      'must have a contrast of at least 4.5:1 to light pages (#f0f2f6), and has 1.34:1: make it darker',
    )
    expect(accentSchema('dark').safeParse('#1d46b0').error?.issues[0]?.message).toContain('make it lighter')
    expect(accentSchema('light').safeParse('red').error?.issues[0]?.message).toContain('must be a colour')
    expect(accentSchema('light').parse(' #1D46B0')).toBe('#1d46b0')
  })

  test.each(['light', 'dark'] as const)('that is taken can be read wherever it comes to stand: %s', (scheme) => {
    const colours = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(colours, (colour) => {
        if (!accentSchema(scheme).safeParse(colour).success) return
        const tokens = accentTokens(colour, scheme)
        const grounded = [...Object.values(grounds[scheme]), tokens['accent-soft'] ?? '']
        for (const ground of grounded) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5)
        for (const solid of ['solid', 'solid-hover']) {
          expect(contrast(tokens['on-solid'] ?? '', tokens[solid] ?? '')).toBeGreaterThanOrEqual(4.5)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('changes only the scheme that it is for', () => {
    expect(brandStylesheet({ light: null, dark: null })).toBe('')
    const css = brandStylesheet({ light: '#1d46b0', dark: null })
    expect(css).toMatch(/^@media \(prefers-color-scheme:light\)\{:root\{[^}]*--link:#1d46b0[^}]*\}\}$/)
  })
})
