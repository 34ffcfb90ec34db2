/** Which of many texts are secrets of keys, living or dead: by what rests of each. */
import type { Tx } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { parseApiKey } from '../format.ts'
import { mayBeForeign } from '../import/foreign.ts'
import { foreignDigests, formatsOf, type Formats } from '../import/formats.ts'
import { listFormats, listHashKeys } from '../import/store.ts'
import { findVersions, type Version } from './store.ts'

/**
 * In the order of the texts; null for what is none. However many there are, it takes three statements. A key that was
 * brought along with a slow hash is found once it has been used here.
 */
export async function findLeakedSecrets(
  tx: Tx,
  { secrets, prefix }: { secrets: Secrets; prefix: string },
  texts: readonly string[],
): Promise<(Version | null)[]> {
  const formats = formatsOf(await listFormats(tx), await listHashKeys(tx), secrets)
  const digests = texts.map((text) => digestsOf(text, formats, secrets, prefix))
  if (digests.every((some) => some.length === 0)) return texts.map(() => null)
  const found = await findVersions(tx, [...new Set(digests.flat())])
  const byDigest = new Map(found.map((version) => [version.digest, version]))
  return digests.map((some) => some.map((digest) => byDigest.get(digest)).find((version) => version) ?? null)
}

function digestsOf(text: string, formats: Formats, secrets: Secrets, prefix: string): string[] {
  const hex = (digests: readonly Buffer[]) => digests.map((digest) => digest.toString('hex'))
  // A checksum that is wrong asks nothing. One that is right may still be of a key that was brought along by its hash.
  if (formats.any && mayBeForeign(text, prefix)) return hex(foreignDigests(formats, secrets, text))
  return parseApiKey(text) ? hex(secrets.digests('api_key', text)) : []
}
