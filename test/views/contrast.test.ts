/** The colours by arithmetic: WCAG 2.2 asks 7 for body text at AAA, 4.5 at AA, 3 for the edges of controls. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const source = readFileSync(new URL('../../views/assets/styles/tokens.css', import.meta.url), 'utf8')
const [lightSource = '', darkSource = ''] = source.split('@media')

function coloursOf(css: string): Record<string, string> {
  const colours: Record<string, string> = {}
  for (const [, name = '', value = ''] of css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)) colours[name] = value
  return colours
}

const light = coloursOf(lightSource)
const dark = coloursOf(darkSource)

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const grounds = ['canvas', 'surface', 'sunken']
const pairs: [string, string, number][] = [
  ...grounds.flatMap((ground): [string, string, number][] => [
    ['ink', ground, 7],
    ['ink-soft', ground, 7],
    ['link', ground, 7],
    ['line-strong', ground, 3],
    ['focus', ground, 3],
  ]),
  ['on-solid', 'solid', 7],
  ['on-solid', 'solid-hover', 7],
  ['on-danger', 'danger', 7],
  ['on-danger', 'danger-hover', 7],
  ['good', 'good-soft', 7],
  ['caution', 'caution-soft', 7],
  ['danger', 'danger-soft', 7],
  ['danger', 'surface', 7],
  ['good', 'surface', 7],
]

test('the dark scheme changes custom properties of colour and nothing else, so that what isn’t colour is looked at in one', () => {
  const folder = new URL('../../views/assets/styles/', import.meta.url)
  const schemes = readdirSync(folder).flatMap((file) => [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/prefers-color-scheme[^{]*\{([\s\S]*?)\n\}/g),
  ])
  expect(schemes.length).toBeGreaterThan(0)
  for (const [, rules = ''] of schemes) {
    const colours = rules.replaceAll(/--[\w-]+: (?:#[0-9a-f]{3,8}|rgb\([^)]*\)|0|\d+px| )+;/g, '')
    expect(colours).toMatch(/^\s*:root \{\s*\}\s*$/)
  }
})

test('every colour exists in the light and in the dark', () => {
  expect(Object.keys(dark)).toEqual(Object.keys(light))
})

describe.each([
  ['light', light],
  ['dark', dark],
])('in the %s', (_, colours) => {
  test.each(pairs)('%s on %s has a contrast of %d', (text, ground, least) => {
    expect(contrast(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(least)
  })
})
