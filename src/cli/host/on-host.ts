/** For what no API may do, whatever its caller's rights: it is done on the host, and elsewhere the command says why not. */
import { isRemote } from '../api/remote-address.ts'
import { hostOnlyFailure } from '../failure.ts'
import type { Work } from '../session.ts'

/**
 * The work is loaded when it is done: it draws in the whole server, which neither help nor a completion needs.
 * @param why a sentence
 */
export function onHost<Args extends unknown[]>(why: string, load: () => Promise<Work<Args>>): Work<Args> {
  return async (io, ...args) => {
    if (isRemote()) throw hostOnlyFailure(why)
    const work = await load()
    return work(io, ...args)
  }
}

/** The words of such a command in the help. */
export const hostOnlyWords = (does: string): string => `${does} (on the host only)`
