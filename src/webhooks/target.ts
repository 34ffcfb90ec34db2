/** Where an endpoint may be: at an https address that isn't inside of anybody's network. */
import ipaddr from 'ipaddr.js'

export interface TargetRules {
  /** Hosts that the configuration allows, though they are inside. */
  allowedHosts: readonly string[]
  /** In development: plain http, too, and this machine. */
  development: boolean
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What can be seen before anything is looked up. Where the name leads is looked at when it is connected to, since names
 * change.
 * @returns what is wrong; null: nothing
 */
export function targetFault(text: string, { allowedHosts, development }: TargetRules): string | null {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return 'must be an https URL'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or a password'
  if (url.hash !== '') return 'must not have a fragment'
  if (development && loopback.has(url.hostname)) return null
  if (url.protocol === 'http:') return 'must be an https URL'
  if (allowedHosts.includes(url.hostname.replace(/^\[|\]$/g, ''))) return null
  if (isInside(url.hostname)) return 'must not lead into a private network'
  return null
}

function isInside(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(literal)) return ipaddr.process(literal).range() !== 'unicast'
  return (
    hostname === 'localhost' ||
    /\.(?:localhost|local|internal|localdomain|home\.arpa)\.?$/.test(hostname) ||
    !hostname.includes('.')
  )
}
