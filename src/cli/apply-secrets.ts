/** Fetches the secrets that a file only points to: from the environment, or from files beside it. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { secretFromEnvironment } from '../environment.ts'
import type { ApplyFile, FileFault } from './apply-file.ts'

/** Whatever is called so is a secret; what is kept beside an object, in `metadata`, is nobody's business. */
const SECRET = 'secret'
const NOT_LOOKED_INTO = 'metadata'

type Place = readonly (string | number)[]

/** @param folder what paths in the file are relative to */
export async function fillInSecrets(
  { content, faultAt }: ApplyFile,
  folder: string,
): Promise<{ document: unknown; faults: FileFault[] }> {
  const faults: FileFault[] = []

  async function filled(value: unknown, place: Place): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((one, index) => filled(one, [...place, index])))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(async ([name, inner]) => {
      const at = [...place, name]
      // Of a map of objects, one may be called so: its entry is at the second level.
      if (name === SECRET && place.length > 1) return [name, await secretAt(inner, at)] as const
      if (name === NOT_LOOKED_INTO && place.length > 1) return [name, inner as unknown] as const
      return [name, await filled(inner, at)] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  async function secretAt(reference: unknown, place: Place): Promise<string | undefined> {
    const [entry, ...more] = typeof reference === 'object' && reference !== null ? Object.entries(reference) : []
    const [where, name] = entry ?? []
    if (more.length > 0 || typeof name !== 'string' || name === '' || (where !== 'from_env' && where !== 'from_file')) {
      const message = 'is not written into the file: say where it is, { from_env: NAME } or { from_file: PATH }'
      faults.push(faultAt(place, message))
      return undefined
    }
    const found = where === 'from_env' ? fromEnvironment(name) : await fromFile(resolve(folder, name), name)
    if ('secret' in found) return found.secret
    faults.push(faultAt([...place, where], found.fault))
    return undefined
  }

  return { document: await filled(content, []), faults }
}

type Found = { secret: string } | { fault: string }

function fromEnvironment(name: string): Found {
  const secret = secretFromEnvironment(name)
  return secret === undefined ? { fault: `the variable ${name} is not set, or empty` } : { secret }
}

/** A line's end behind it is the editor's. */
async function fromFile(path: string, name: string): Promise<Found> {
  try {
    const secret = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    return secret === '' ? { fault: `${name} is empty` } : { secret }
  } catch (error) {
    return { fault: `${name} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` }
  }
}
