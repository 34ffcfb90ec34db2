/** Does the public URL lead to this server, encrypted, and does nobody else's Host header change what it says of itself? */
import { fault, ok, warn, type Finding } from './finding.ts'
import { probe, type Probe } from './probe.ts'
import { reasonOf } from './visitor.ts'

const FORGED = 'forged.invalid'
const DISCOVERY_PATH = '/.well-known/openid-configuration'

/** `reached`: a flow through it can be tried. */
export async function checkPublicUrl(publicUrl: string): Promise<{ reached: boolean; findings: Finding[] }> {
  const discovery = `${publicUrl}${DISCOVERY_PATH}`
  let answer: Probe
  try {
    answer = await probe(discovery)
  } catch (error) {
    return { reached: false, findings: [unreachable(publicUrl, error)] }
  }
  const first = describeDiscovery(publicUrl, answer)
  if (first.status === 'fault') return { reached: false, findings: [first] }
  const encrypted = publicUrl.startsWith('https:')
  const findings = [
    first,
    await checkForgedHost(discovery),
    await checkForwardedHost(discovery),
    ...(encrypted ? [await checkEncryption(publicUrl), await checkPlain(publicUrl)] : []),
  ]
  return { reached: true, findings }
}

/** What TLS and the network say, by their codes. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start the server (npm start); if it runs, see that PUBLIC_URL has the right host and port.',
  ENOTFOUND: 'The name of PUBLIC_URL is not in the DNS, as seen from here: add it, or correct PUBLIC_URL.',
  EAI_AGAIN: 'The DNS does not answer here: see /etc/resolv.conf.',
  CERT_HAS_EXPIRED: 'Renew the certificate.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Get a certificate for the host of PUBLIC_URL.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Get a certificate that clients trust, or run this with NODE_EXTRA_CA_CERTS set to your own authority.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'Get a certificate that clients trust, or run this with NODE_EXTRA_CA_CERTS set to your own authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Serve the whole chain: the intermediate certificate is missing.',
}

function unreachable(publicUrl: string, error: unknown): Finding {
  const { code } = error as { code?: unknown }
  const known = typeof code === 'string' ? code : reasonOf(error)
  const otherwise = 'See that the server runs and that PUBLIC_URL leads to it from this machine, too.'
  return fault('public URL', `${publicUrl} can't be reached from here (${known})`, remedies[known] ?? otherwise)
}

function describeDiscovery(publicUrl: string, { status, headers, body }: Probe): Finding {
  const check = 'public URL'
  const elsewhere = headers.get('location')
  // To itself, since the server believes that the request came by http.
  const toItself = elsewhere !== null && new URL(elsewhere, publicUrl).href === `${publicUrl}${DISCOVERY_PATH}`
  if (toItself || (status === 403 && body.includes('https_required'))) return unencrypted(check)
  if (status !== 200) {
    const where = elsewhere === null ? '' : ` to ${elsewhere}`
    return fault(
      check,
      `discovery is answered with ${status}${where}`,
      'See that PUBLIC_URL leads to Keygrant, and to nothing in front of it that redirects.',
    )
  }
  const issuer = issuerOf(body)
  if (issuer === null) return fault(check, 'something else answers there', 'See that PUBLIC_URL leads to Keygrant.')
  if (issuer === publicUrl) return ok(check, 'reached, and it names the right issuer')
  return fault(check, `the server there is ${issuer}`, 'Give the server and this command the same PUBLIC_URL.')
}

const unencrypted = (check: string): Finding =>
  fault(
    check,
    'the proxy takes requests encrypted, but the server takes them for unencrypted',
    "Set TRUSTED_PROXIES to the proxy's address, and have the proxy send X-Forwarded-Proto.",
  )

function issuerOf(body: string): string | null {
  try {
    const { issuer } = JSON.parse(body) as { issuer?: unknown }
    return typeof issuer === 'string' ? issuer : null
  } catch {
    return null
  }
}

/** A link or a token endpoint at a host of the caller's choice would send secrets there. */
async function checkForgedHost(discovery: string): Promise<Finding> {
  return judgeForged('forged Host', await tryProbe(discovery, { host: FORGED }))
}

async function checkForwardedHost(discovery: string): Promise<Finding> {
  const headers = { 'x-forwarded-host': FORGED, forwarded: `host=${FORGED}`, 'x-original-host': FORGED }
  return judgeForged('forged X-Forwarded-Host', await tryProbe(discovery, headers))
}

function judgeForged(check: string, answer: Probe | null): Finding {
  if (answer === null) return ok(check, 'refused')
  const repeated = answer.body.includes(FORGED) || (answer.headers.get('location') ?? '').includes(FORGED)
  if (!repeated) return ok(check, answer.status === 200 ? 'changes nothing' : `refused (${answer.status})`)
  return fault(
    check,
    'the answer speaks of that host',
    'Something between here and Keygrant rewrites answers by the Host header: stop it from doing so.',
  )
}

/** Pages redirect what comes unencrypted to https: for ever, if the server can't see that it is. */
async function checkEncryption(publicUrl: string): Promise<Finding> {
  const check = 'encryption'
  const page = await tryProbe(`${publicUrl}/sign-in`)
  if (page?.status === 308) return unencrypted(check)
  const hsts = page?.headers.get('strict-transport-security')
  if (hsts) return ok(check, 'seen as https, and browsers are told to stay with it')
  return warn(check, 'the Strict-Transport-Security header does not arrive', 'Have the proxy pass it on.')
}

/** The same host without TLS must not serve anything. */
async function checkPlain(publicUrl: string): Promise<Finding> {
  const check = 'unencrypted requests'
  const plain = new URL(DISCOVERY_PATH, publicUrl)
  plain.protocol = 'http:'
  plain.port = ''
  const answer = await tryProbe(plain)
  if (answer === null) return ok(check, 'not answered at all')
  if (answer.status !== 200 || issuerOf(answer.body) === null) return ok(check, `refused (${answer.status})`)
  return fault(
    check,
    'are served as if they were encrypted',
    'Have the proxy set X-Forwarded-Proto itself, in place of passing on what comes in.',
  )
}

async function tryProbe(url: URL | string, headers?: Record<string, string>): Promise<Probe | null> {
  return probe(url, headers).catch(() => null)
}
