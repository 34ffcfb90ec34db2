/**
 * The hour's minutes as a row of `limit_counters` keeps them: the newest minute (4 bytes, big-endian), then for each its
 * age in minutes (1 byte) and its calls (LEB128), oldest first.
 */
import { SLOTS } from './counter.ts'

/** @param minutes minute and calls alternating, oldest first, from `head` on */
export function packMinutes(minutes: readonly number[], head: number): Uint8Array<ArrayBuffer> {
  const newest = minutes.at(-2) ?? 0
  const bytes = [newest >>> 24, (newest >>> 16) & 255, (newest >>> 8) & 255, newest & 255]
  for (let index = head; index < minutes.length; index += 2) {
    bytes.push(newest - (minutes[index] ?? 0))
    let count = minutes[index + 1] ?? 0
    while (count > 127) {
      bytes.push(128 + (count % 128))
      count = Math.floor(count / 128)
    }
    bytes.push(count)
  }
  return Uint8Array.from(bytes)
}

/** Minute and calls alternating, oldest first; what can't be read counts for nothing. */
export function unpackMinutes(bytes: Uint8Array): number[] {
  if (bytes.length < 4) return []
  const newest = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0)
  const minutes: number[] = []
  let at = 4
  const next = () => bytes[at++] ?? 0
  while (at < bytes.length) {
    const age = next()
    let count = 0
    let place = 1
    let byte = next()
    for (; byte > 127; byte = next()) {
      count += (byte - 128) * place
      place *= 128
    }
    count += byte * place
    if (age < SLOTS) minutes.push(newest - age, count)
  }
  return minutes
}
