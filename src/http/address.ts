/** Who is calling, and whether unencrypted: the connection's own word, or a trusted proxy's. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface Caller {
  /** The first untrusted address from the right of X-Forwarded-For, behind trusted proxies; else the connection's. */
  address: string
  encrypted: boolean
  /** A trusted proxy says that it came to it unencrypted. */
  saidPlain: boolean
  /** Did the request come through a proxy that the configuration trusts? */
  viaTrustedProxy: boolean
}

export type TrustedProxies = (address: string) => boolean

/** @param ranges addresses or CIDR ranges, v4 and v6 */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  if (ranges.length === 0) return () => false
  const parsed = ranges.map((range) => {
    if (range.includes('/')) return ipaddr.parseCIDR(range)
    const address = ipaddr.process(range)
    return [address, address.kind() === 'ipv4' ? 32 : 128] satisfies [ipaddr.IPv4 | ipaddr.IPv6, number]
  })
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    return parsed.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
  }
}

/** `Forwarded` and `X-Real-IP` count for nothing: one header, read one way, can't be played against another. */
export function callerOf(request: IncomingMessage, isTrusted: TrustedProxies): Caller {
  const peer = peerOf(request.socket)
  const encrypted = 'encrypted' in request.socket
  if (!isTrusted(peer)) return { address: peer, encrypted, saidPlain: false, viaTrustedProxy: false }
  const hops = headerList(request.headers['x-forwarded-for'])
  let address = peer
  for (const hop of hops.toReversed()) {
    if (!ipaddr.isValid(hop)) break
    address = plain(hop)
    if (!isTrusted(address)) break
  }
  // The last entry is the one that our own proxy wrote.
  const protocol = headerList(request.headers['x-forwarded-proto']).at(-1)?.toLowerCase()
  return {
    address,
    encrypted: encrypted || protocol === 'https',
    saidPlain: protocol === 'http',
    viaTrustedProxy: true,
  }
}

/** A connection's other end stays the same, and reading an address costs more than looking it up. */
const peers = new WeakMap<Socket, string>()

function peerOf(socket: Socket): string {
  const known = peers.get(socket)
  if (known !== undefined) return known
  const peer = plain(socket.remoteAddress ?? '')
  peers.set(socket, peer)
  return peer
}

/** What a throttle counts by: an IPv4 address, or an IPv6 /64, since one customer's whole network is at least that. */
export function networkOf(address: string): string {
  return prefixOf(address, 64) ?? plain(address)
}

/**
 * The /48 around an IPv6 address: what a customer gets who asks for more (RFC 6177), and 65,536 networks to a throttle.
 * Null for IPv4, where addresses are dear.
 */
export function siteOf(address: string): string | null {
  return prefixOf(address, 48)
}

function prefixOf(address: string, bits: 48 | 64): string | null {
  if (!ipaddr.isValid(address)) return null
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return null
  const parts = (parsed as ipaddr.IPv6).parts.slice(0, bits / 16)
  return `${parts.map((part) => part.toString(16)).join(':')}::/${bits}`
}

function plain(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address
}

function headerList(value: string | string[] | undefined): string[] {
  return (Array.isArray(value) ? value.join(',') : (value ?? ''))
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
