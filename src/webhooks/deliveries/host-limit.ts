/** A few requests at once to one host, from this node: whoever has many webhooks at one receiver doesn't flood it. */

export interface HostLimit {
  /** Null: there are as many already. What comes back is called when the request is over. */
  enter(url: string): (() => void) | null
}

export function createHostLimit(most: number): HostLimit {
  const busy = new Map<string, number>()
  return {
    enter(url) {
      const { host } = new URL(url)
      const count = busy.get(host) ?? 0
      if (count >= most) return null
      busy.set(host, count + 1)
      return () => {
        const left = (busy.get(host) ?? 1) - 1
        if (left === 0) busy.delete(host)
        else busy.set(host, left)
      }
    },
  }
}
