/** Which addresses a call may go out to: those of the public internet, and what the configuration allows besides. */
import ipaddr from 'ipaddr.js'

/** Neither this machine, nor its network, nor anything that leads to them by another notation. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  // An IPv4 address in the form of IPv6 is judged as what it is.
  const parsed = ipaddr.process(address)
  // Everything that is private, local, shared, reserved or translated has another name there.
  if (parsed.range() !== 'unicast') return false
  // Global unicast is all of IPv6 that is given out (RFC 4291, 2.4).
  return parsed.kind() === 'ipv4' || parsed.match(ipaddr.parse('2000::'), 3)
}

export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
