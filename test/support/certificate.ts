/** A certificate for this machine, signed by itself: what the tests of https serve with, made without any program. */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  cert: string
  key: string
}

/** Valid for a day, for `localhost` and 127.0.0.1. */
export function createCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(OID_COMMON_NAME, der(0x0c, Buffer.from('localhost')))))
  const hour = 3_600_000
  const validity = sequence(utcTime(new Date(Date.now() - hour)), utcTime(new Date(Date.now() + 24 * hour)))
  // RFC 5280, 4.2.1.6: [2] is a dNSName, [7] an iPAddress.
  const alternatives = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)))
  const extensions = sequence(sequence(OID_SUBJECT_ALT_NAME, der(0x04, alternatives)))
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    sequence(OID_ECDSA_SHA256),
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', signed, privateKey)]))
  const whole = sequence(signed, sequence(OID_ECDSA_SHA256), signature)
  const base64 = whole.toString('base64').replaceAll(/(.{64})/g, '$1\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** One DER element: tag, length, content (X.690, 8.1). */
function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const short = length < 0x80
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  const header = short ? Buffer.of(tag, length) : Buffer.of(tag, 0x80 | bytes.length, ...bytes)
  return Buffer.concat([header, content])
}

const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, Buffer.concat(parts))
const set = (...parts: Uint8Array[]): Buffer => der(0x31, Buffer.concat(parts))
const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-T:]/g, '')}Z`))

/** 1.2.840.10045.4.3.2, 2.5.4.3 and 2.5.29.17. */
const OID_ECDSA_SHA256 = der(0x06, Buffer.from('2a8648ce3d040302', 'hex'))
const OID_COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'))
const OID_SUBJECT_ALT_NAME = der(0x06, Buffer.from('551d11', 'hex'))
