/**
 * What guides leave open for the reader: `{{api_url}}` and its like. While a guide is turned into HTML, each stands there
 * as a word that no language takes for anything but a plain one; what the reader sees is put in its place at each request.
 */
import { escapeHtml } from '../../../http/view-values.ts'

/** By the name that a guide writes. Addresses stand in for addresses, so that code around them is coloured as it will be. */
const standIns = {
  api_url: 'https://api-url.placeholder.invalid',
  issuer: 'https://issuer.placeholder.invalid',
  platform: 'PlatformPlaceholder',
  support_email: 'support@placeholder.invalid',
  key_prefix: 'keyprefixplaceholder',
  key: 'keyplaceholder_secret',
} as const

export type Placeholder = keyof typeof standIns
export type PlaceholderValues = Readonly<Record<Placeholder, string>>

const names = Object.keys(standIns) as Placeholder[]
const anyStandIn = new RegExp(names.map((name) => standIns[name].replaceAll('.', String.raw`\.`)).join('|'), 'g')
const nameOf = new Map<string, Placeholder>(names.map((name) => [standIns[name], name]))

/** @throws for a name that nobody fills in */
export function openPlaceholders(text: string): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    if (!Object.hasOwn(standIns, name)) throw new Error(`No placeholder ${whole} is known.`)
    return standIns[name as Placeholder]
  })
}

/** Into HTML, whose every value is escaped. */
export function fillHtml(html: string, values: PlaceholderValues): string {
  return html.replaceAll(anyStandIn, (found) => escapeHtml(values[nameOf.get(found) ?? 'platform']))
}

/** Into plain text, such as a program that a test runs. */
export function fillText(text: string, values: PlaceholderValues): string {
  return text.replaceAll(anyStandIn, (found) => values[nameOf.get(found) ?? 'platform'])
}
