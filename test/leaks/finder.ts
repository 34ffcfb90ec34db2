/** A finder of leaked secrets, as GitHub is one: it publishes its public keys over HTTP, and signs what it reports. */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { call, type Reply } from '../support/api.ts'

export interface Finder extends AsyncDisposable {
  /** Where its public keys are. */
  url: string
  identifier: string
  /** How often somebody has asked for them. */
  asked(): number
  /** Answers with this status from now on. */
  fail(status: number): void
  signatureOf(text: string): string
  report(origin: string, tokens: readonly object[]): Promise<Reply>
  /** As it is, with any of it wrong. */
  send(origin: string, text: string, headers: Record<string, string>): Promise<Reply>
}

export async function openFinder(): Promise<Finder> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const identifier = randomUUID().replaceAll('-', '')
  const key = publicKey.export({ type: 'spki', format: 'pem' })
  const list = JSON.stringify({ public_keys: [{ key_identifier: identifier, key, is_current: true }] })
  let asked = 0
  let status = 200
  const server = createServer((_, response) => {
    asked++
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 200 ? list : '{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const signatureOf = (text: string) => sign('sha256', Buffer.from(text), privateKey).toString('base64')
  const send: Finder['send'] = (origin, text, headers) =>
    call(origin, 'POST', '/v1/leaks', { text, headers: { 'content-type': 'application/json', ...headers } })
  return {
    url: `http://127.0.0.1:${port}/meta/public_keys`,
    identifier,
    asked: () => asked,
    fail: (with_) => (status = with_),
    signatureOf,
    report(origin, tokens) {
      const text = JSON.stringify(tokens)
      return send(origin, text, {
        'github-public-key-identifier': identifier,
        'github-public-key-signature': signatureOf(text),
      })
    },
    send,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
