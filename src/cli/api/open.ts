/** Which API a command works on: the one at KEYGRANT_URL, or the one of this host. */
import type { Output } from '../output.ts'
import type { ApiClient } from './client.ts'
import { readRemoteAddress } from './remote-address.ts'

/** Each is loaded when it is needed: the host's is the whole server. @throws {CommandFailure} */
export async function openApi({ output, api }: { output: Pick<Output, 'note'>; api?: ApiClient }): Promise<ApiClient> {
  if (api) return { ...api, [Symbol.asyncDispose]: () => Promise.resolve() }
  const address = readRemoteAddress()
  if (address !== null) {
    const { openRemoteApi } = await import('./remote.ts')
    return openRemoteApi({ ...address, note: output.note })
  }
  const { openHostApi } = await import('./host.ts')
  return openHostApi()
}
