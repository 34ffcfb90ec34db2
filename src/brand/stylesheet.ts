/** The platform's colours as a stylesheet that comes after the main one: the content security policy refuses inline styles. */
import { accentTokens, type Scheme } from './accent.ts'

export function brandStylesheet(colours: Record<Scheme, string | null>): string {
  const schemes = (['light', 'dark'] as const).flatMap((scheme) => {
    const colour = colours[scheme]
    if (colour === null) return []
    const tokens = Object.entries(accentTokens(colour, scheme)).map(([name, value]) => `--${name}:${value}`)
    return [`@media (prefers-color-scheme:${scheme}){:root{${tokens.join(';')}}}`]
  })
  return schemes.join('\n')
}
