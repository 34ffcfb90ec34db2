/** How to wait, as the troubleshooting page shows it: a test runs what stands there. */

/** At least what `Retry-After` asks, and on top a random part of a span that doubles, so that clients don't come back all at once. */
export const retryProgram = `async function callPatiently(url, options, tries = 6) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, options)
    const comeBack = answer.status === 429 || answer.status === 503
    if (!comeBack || attempt === tries) return answer
    const asked = 1000 * Number(answer.headers.get('retry-after') ?? 0)
    const spread = Math.min(60_000, 500 * 2 ** attempt)
    const wait = asked + Math.random() * spread
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}`

/** curl reads `Retry-After` by itself (since 7.66), and otherwise doubles its pause. */
export function retryCommand(apiUrl: string): string {
  return `curl --retry 5 --fail-with-body ${apiUrl}/v1/resources \\\n  -H "Authorization: Bearer $API_KEY"`
}
