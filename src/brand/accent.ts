/** The platform's own colour: one for light pages, one for dark ones, each such that it can be read there. */
import { z } from 'zod'
import { contrast, mixed } from './contrast.ts'

export type Scheme = 'light' | 'dark'

/** WCAG 2.2, 1.4.3. */
const least = 4.5

/** What links and buttons stand on: the tokens of views/assets/styles/tokens.css, to which a test holds them. */
export const grounds: Record<Scheme, Record<'canvas' | 'surface' | 'sunken' | 'hover', string>> = {
  light: { canvas: '#f5f6f8', surface: '#ffffff', sunken: '#f3f5f8', hover: '#f0f2f6' },
  dark: { canvas: '#0c0f14', surface: '#141920', sunken: '#1b212a', hover: '#1a2029' },
}

/** What is written on the colour itself. */
const onAccent: Record<Scheme, string> = { light: '#ffffff', dark: '#10151c' }
const furtherOff: Record<Scheme, string> = { light: '#000000', dark: '#ffffff' }

export const accentSchema = (scheme: Scheme) =>
  z.string().transform((text, context) => {
    const colour = text.trim().toLowerCase()
    if (!/^#[0-9a-f]{6}$/.test(colour)) {
      context.addIssue({ code: 'custom', message: 'must be a colour such as #1d46b0' })
      return z.NEVER
    }
    const [ground, ratio] = worst(colour, scheme)
    if (ratio >= least) return colour
    // Never rounded up to what would be enough.
    const told = (Math.floor(ratio * 100) / 100).toFixed(2)
    context.addIssue({
      code: 'custom',
      message: `must have a contrast of at least ${least}:1 to ${scheme} pages (${ground}), and has ${told}:1: make it ${scheme === 'light' ? 'darker' : 'lighter'}`,
    })
    return z.NEVER
  })

function worst(colour: string, scheme: Scheme): [string, number] {
  const ratios = Object.values(grounds[scheme]).map((ground): [string, number] => [ground, contrast(colour, ground)])
  return ratios.reduce((one, other) => (other[1] < one[1] ? other : one))
}

/** The tokens that follow from the colour, by their names in the stylesheet. */
export function accentTokens(colour: string, scheme: Scheme): Record<string, string> {
  return {
    link: colour,
    focus: colour,
    'accent-ink': colour,
    'accent-soft': soft(colour, scheme),
    'chart-neutral': colour,
    solid: colour,
    'solid-hover': mixed(colour, furtherOff[scheme], 0.15),
    'on-solid': onAccent[scheme],
  }
}

/** As much of the colour as leaves the colour itself to be read on it. */
function soft(colour: string, scheme: Scheme): string {
  const tints = [0.12, 0.1, 0.08, 0.06, 0.04, 0.02].map((share) => mixed(grounds[scheme].surface, colour, share))
  return tints.find((tint) => contrast(colour, tint) >= least) ?? grounds[scheme].surface
}
