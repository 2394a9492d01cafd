import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'

export interface Asset {
  /** Contains a hash of the contents, so that browsers may keep it for good. */
  readonly path: string
  readonly type: string
  readonly body: Buffer
  /** The same, packed when the first browser asks: a start does not wait for it. */
  readonly brotli: Buffer
}

const asset = (name: string, type: string, parts: readonly string[] = [name]): Asset => {
  const body = Buffer.concat(parts.map((part) => readFileSync(join(import.meta.dirname, 'pages', part))))
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  let packed: Buffer | undefined
  return {
    path: `/static/${digest}/${name}`,
    type,
    body,
    get brotli() {
      packed ??= brotliCompressSync(body)
      return packed
    },
  }
}

/** The files pages refer to, read once at start. */
export const assets = {
  style: asset('style.css', 'text/css; charset=utf-8', ['frame.css', 'controls.css', 'progress.css']),
  icon: asset('icon.svg', 'image/svg+xml'),
  progress: asset('progress.js', 'text/javascript; charset=utf-8'),
  password: asset('password.js', 'text/javascript; charset=utf-8'),
} as const
