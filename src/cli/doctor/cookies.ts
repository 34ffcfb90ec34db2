/** Do the cookies carry what keeps them from scripts, other sites and unencrypted requests, also behind the proxy? */
import { parseSetCookie } from './cookie-jar.ts'
import { fault, ok, warn, type Finding } from './finding.ts'

export function checkCookies(lines: readonly string[], publicUrl: string): Finding {
  const check = 'cookies'
  if (lines.length === 0) return warn(check, 'none were set', 'See that the proxy passes Set-Cookie on.')
  const encrypted = publicUrl.startsWith('https:')
  const faults = new Set(lines.flatMap((line) => faultsOf(line, encrypted)))
  if (faults.size === 0) return ok(check, `HttpOnly, SameSite=Lax${encrypted ? ', Secure' : ''}`)
  return fault(check, [...faults].join('; '), 'Stop the proxy from changing Set-Cookie.')
}

function faultsOf(line: string, encrypted: boolean): string[] {
  const { name, attributes } = parseSetCookie(line)
  const expectations = [
    [attributes.has('httponly'), 'is not HttpOnly'],
    [attributes.get('samesite')?.toLowerCase() === 'lax', 'is not SameSite=Lax'],
    [!encrypted || attributes.has('secure'), 'is not Secure'],
    [!attributes.has('domain'), 'is for other hosts, too (Domain)'],
    // RFC 6265bis, 4.1.3.2: browsers drop it otherwise.
    [!name.startsWith('__Host-') || attributes.get('path') === '/', 'is a __Host- cookie without the path /'],
  ] as const
  return expectations.filter(([met]) => !met).map(([, text]) => `${name} ${text}`)
}
