/** What is known at once, or a promise of it: whoever has it at once must not wait a turn for it. */

export type Soon<T> = T | Promise<T>

export function andThen<T, R>(value: Soon<T>, then: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(then) : then(value)
}
