/** What kind of image some bytes are, and how large, by their own headers: what a file is called says nothing. */

export interface RasterImage {
  type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif'
  /** In pixels. */
  width: number
  height: number
}

/** Null: none of these, or cut off before its size. SVG isn't among them: it is a document, with scripts of its own. */
export function readRasterImage(bytes: Buffer): RasterImage | null {
  try {
    return readPng(bytes) ?? readGif(bytes) ?? readWebp(bytes) ?? readJpeg(bytes)
  } catch (error) {
    // Read beyond the end.
    if (error instanceof RangeError) return null
    throw error
  }
}

const begins = (bytes: Buffer, with_: string, at = 0): boolean =>
  bytes.toString('latin1', at, at + with_.length) === with_

/** RFC 2083, 4.1.1: the size comes first. */
function readPng(bytes: Buffer): RasterImage | null {
  if (!begins(bytes, '\x89PNG\r\n\x1a\n') || !begins(bytes, 'IHDR', 12)) return null
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function readGif(bytes: Buffer): RasterImage | null {
  if (!begins(bytes, 'GIF87a') && !begins(bytes, 'GIF89a')) return null
  return { type: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

/** RFC 9649, 2: extended, lossless and lossy files each have it elsewhere. */
function readWebp(bytes: Buffer): RasterImage | null {
  if (!begins(bytes, 'RIFF') || !begins(bytes, 'WEBP', 8)) return null
  const type = 'image/webp'
  if (begins(bytes, 'VP8X', 12)) {
    return { type, width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) }
  }
  if (begins(bytes, 'VP8L', 12)) {
    const bits = bytes.readUInt32LE(21)
    return { type, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (!begins(bytes, 'VP8 ', 12)) return null
  return { type, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
}

/** ITU-T T.81, B.2.2: the frame's header comes behind any number of other segments. */
function readJpeg(bytes: Buffer): RasterImage | null {
  if (!begins(bytes, '\xff\xd8\xff')) return null
  for (let at = 2; ;) {
    if (bytes.readUInt8(at) !== 0xff) return null
    const marker = bytes.readUInt8(at + 1)
    // Fill bytes before a marker.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
}
