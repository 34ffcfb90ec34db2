/** Time that never goes back: what flows in and what is forgotten must not depend on who sets the clock. */

/** Back by less than this, it stands still until it is caught up with; back by more, it goes on from where it was. */
const STEP_MS = 1_000

/** @param now milliseconds since 1970, of a clock that may be set */
export function steady(now: () => number): () => number {
  let latest = -Infinity
  let ahead = 0
  return () => {
    const read = Math.floor(now()) + ahead
    if (read >= latest) return (latest = read)
    if (latest - read > STEP_MS) ahead += latest - read
    return latest
  }
}
