/** The addresses and ranges that a key may be used from, in the one form in which they are kept. */
import ipaddr from 'ipaddr.js'

export const MAX_ALLOWED_IPS = 100

/** How many bits of a v6 address come before the v4 one that it wraps. */
const WRAPPED_BITS = 96

/**
 * An address or a CIDR range, v4 or v6: without host bits, v6 as RFC 5952 writes it, and v4 wrapped in v6 as v4. Null for
 * anything else, the old ways of writing v4 (octal, hexadecimal, fewer parts) among it: not everybody reads them alike.
 */
export function normalisedRange(text: string): string | null {
  const [address = '', prefix, ...rest] = text.split('/')
  const parsed = parseAddress(address)
  if (!parsed || rest.length > 0) return null
  if (prefix === undefined) return plain(parsed).toString()
  const most = parsed.kind() === 'ipv4' ? 32 : 128
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > most) return null
  return network(parsed, Number(prefix))
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null
}

function plain(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function network(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  if (address instanceof ipaddr.IPv4) return `${masked(address, bits).toString()}/${bits}`
  if (address.isIPv4MappedAddress() && bits >= WRAPPED_BITS) return network(plain(address), bits - WRAPPED_BITS)
  return `${masked(address, bits).toString()}/${bits}`
}

function masked(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = address.toByteArray().map((byte, index) => byte & maskByte(bits - index * 8))
  return ipaddr.fromByteArray(bytes)
}

/** The part of a mask that falls on one byte, of which so many bits are left. */
function maskByte(left: number): number {
  if (left >= 8) return 0xff
  return left <= 0 ? 0 : (0xff << (8 - left)) & 0xff
}
