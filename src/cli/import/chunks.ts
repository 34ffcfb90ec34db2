/** Rows by the request: as many as one may have, and no more bytes than its body may. */

/** As the routes have it: 1,000 rows, 2 MiB with all that is around them. */
export interface ChunkLimits {
  rows: number
  bytes: number
}

/** A row that is too large stands alone: the server's answer says so. */
export function chunksOf<Row extends { value: unknown }>(rows: readonly Row[], limits: ChunkLimits): Row[][] {
  const chunks: Row[][] = []
  let bytes = 0
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row.value)) + 1
    const current = chunks.at(-1)
    if (current && current.length < limits.rows && bytes + size <= limits.bytes) {
      current.push(row)
      bytes += size
    } else {
      chunks.push([row])
      bytes = size
    }
  }
  return chunks
}
