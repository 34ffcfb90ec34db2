/** Addresses and ranges that a key may be used from. */
import ipaddr from 'ipaddr.js'

export interface AddressList {
  has(address: string): boolean
}

/** @param entries addresses and CIDR ranges, v4 and v6; a v4 address that comes wrapped in v6 is the v4 one */
export function addressList(entries: readonly string[]): AddressList {
  const ranges = entries.map((entry) => {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry)
    const address = ipaddr.process(entry)
    return [address, address.kind() === 'ipv4' ? 32 : 128] satisfies [ipaddr.IPv4 | ipaddr.IPv6, number]
  })
  return {
    has(text) {
      if (!ipaddr.isValid(text)) return false
      const address = ipaddr.process(text)
      return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
    },
  }
}
