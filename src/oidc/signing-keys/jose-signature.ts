/** An ES256 signature as JWS has it: its two numbers one after the other (RFC 7518, 3.4), where OpenSSL gives them in DER. */

/** Bytes of each number on the curve P-256. */
const size = 32

/** @param der SEQUENCE of two INTEGERs (RFC 3279, 2.2.3), each without the zeros in front but for one where it keeps it positive */
export function joseSignature(der: Uint8Array): Buffer<ArrayBuffer> {
  const signature = Buffer.alloc(2 * size)
  let at = 2
  for (const end of [size, 2 * size]) {
    const begin = at + 2
    at = begin + der[at + 1]!
    const number = der.subarray(Math.max(begin, at - size), at)
    signature.set(number, end - number.length)
  }
  return signature
}
