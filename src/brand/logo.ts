/** The platform's logo: a small raster image, kept as a data: URI (RFC 2397). */
import { z } from 'zod'
import { readRasterImage, type RasterImage } from './raster-image.ts'

/** In bytes, of the image itself. */
export const LARGEST_LOGO = 64 * 1024
/** In pixels: more than that is never shown. */
const LONGEST_SIDE = 2_000

export interface Logo extends RasterImage {
  bytes: Buffer
}

const asDataUri = /^data:(image\/(?:png|jpeg|webp|gif));base64,([A-Za-z0-9+/]+={0,2})$/

export const logoSchema = z.string().superRefine((text, context) => {
  const fault = faultOf(text)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

function faultOf(text: string): string | null {
  const [, type, encoded] = asDataUri.exec(text) ?? []
  if (type === undefined || encoded === undefined) {
    return 'must be a PNG, JPEG, WebP or GIF image'
  }
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length > LARGEST_LOGO) return `must have at most ${LARGEST_LOGO / 1024} KiB`
  const image = readRasterImage(bytes)
  if (image?.type !== type) return 'is not the kind of image that it says it is'
  const { width, height } = image
  const fits = [width, height].every((side) => side >= 1 && side <= LONGEST_SIDE)
  return fits ? null : `must have at most ${LONGEST_SIDE} pixels in width and height`
}

/** Of what the schema has taken. */
export function logoOf(text: string): Logo {
  const bytes = Buffer.from(asDataUri.exec(text)?.[2] ?? '', 'base64')
  const image = readRasterImage(bytes)
  if (!image) throw new Error('A logo is none of the images that are taken.')
  return { ...image, bytes }
}

/** What an uploaded file becomes; what it isn't, the schema says. */
export function dataUriOf(bytes: Buffer): string {
  const type = readRasterImage(bytes)?.type ?? 'application/octet-stream'
  return `data:${type};base64,${bytes.toString('base64')}`
}
