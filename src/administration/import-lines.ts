import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UsherError } from '#kernel/errors.ts'
import { type Line, linesOf } from '#management/auth0/users/lines.ts'

/** The lines of a file, packed or not. Throws `settings_invalid` when it is of another kind or cannot be read to its end. */
export async function* linesIn(file: string): AsyncGenerator<Line> {
  let isFirst = true
  try {
    for await (const line of linesOf(await streamOf(file))) {
      if (isFirst) assertObject(line)
      isFirst = false
      yield line
    }
  } catch (error) {
    throw new UsherError('settings_invalid', {
      cause: error,
      detail: { file, problem: error instanceof Error ? error.message : String(error) },
    })
  }
}

/** What a file is of another kind has no line of use in it, and every one of them would be told. */
const assertObject = ({ text }: Line): void => {
  if (text === undefined || text.startsWith('{')) return
  if (text.startsWith('[')) throw new Error("a JSON list; one object a line is what is read (`jq -c '.[]'` makes that of a list)")
  throw new Error('its first line is no JSON object. CSV has no metadata whole, so export as JSON; decrypt and unpack what is not gzip')
}

/** Whoever downloads an export names it as they like: the file itself says whether it is packed. */
const streamOf = async (file: string): Promise<Readable> => ((await isPacked(file)) ? unpacked(file) : createReadStream(file))

const isPacked = async (file: string): Promise<boolean> => {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

const unpacked = (file: string): Readable => {
  const stream = createReadStream(file)
  const gunzip = createGunzip()
  stream.on('error', (error) => gunzip.destroy(error))
  return stream.pipe(gunzip)
}
