/** A few requests at once to one host, from this node: whoever has many webhooks at one receiver doesn't flood it. */

export interface HostLimit {
  /**
   * Waits a little for its turn, since most are soon over. Null: it hasn't come. What comes back is called when the
   * request is over.
   */
  enter(url: string): Promise<(() => void) | null>
}

/** Who waits takes a place from the deliveries to other hosts. */
const PATIENCE_MS = 1_000

interface Host {
  busy: number
  /** Each takes over the place of one that leaves. */
  waiting: Set<() => void>
}

export function createHostLimit(most: number, patienceMs = PATIENCE_MS): HostLimit {
  const hosts = new Map<string, Host>()

  function leave(name: string, host: Host): void {
    const [takeOver] = host.waiting
    if (takeOver) return takeOver()
    host.busy--
    if (host.busy === 0) hosts.delete(name)
  }

  return {
    async enter(url) {
      const { host: name } = new URL(url)
      const host = hosts.get(name) ?? { busy: 0, waiting: new Set() }
      hosts.set(name, host)
      if (host.busy < most) host.busy++
      else if (!(await turnAt(host, patienceMs))) return null
      return () => leave(name, host)
    },
  }
}

function turnAt({ waiting }: Host, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isMine: boolean) => {
      clearTimeout(timer)
      waiting.delete(takeOver)
      resolve(isMine)
    }
    const takeOver = () => end(true)
    const timer = setTimeout(end, patienceMs, false)
    waiting.add(takeOver)
  })
}
