import { z } from 'zod'
import { isJsonObject, type JsonObject } from '#kernel/json.ts'
import { FrameError } from './frames.ts'
import { plainObjectIn } from './result.ts'

/** What a runner asks for; a message of another form ends it. */
export interface OpenMessage {
  readonly run: number
  readonly script: number
  readonly host: string
  readonly port: number
}

export interface UpdateMessage {
  readonly run: number
  readonly kind: 'app' | 'user'
  readonly publicId: string
  readonly patch: JsonObject
}

export interface StrayMessage {
  readonly script: number
  readonly message: string
}

const LONGER_THAN_HOSTS = 256
const index = z.number().int().min(0)
const opening = z.object({
  run: index,
  script: index,
  // People may have a hand in what a script calls: no host is called so, and that is all.
  host: z.string().transform((host) => host.slice(0, LONGER_THAN_HOSTS)),
  port: z.number().int().min(0).max(65_535).catch(0),
})
const update = z.object({ run: index, kind: z.enum(['app', 'user']), publicId: z.string() })
const stray = z.object({ script: index, message: z.string().max(1_000) })

const MOST_MESSAGE_BYTES = 64 * 1024

/** Undefined for one that is too long to be looked at. */
export const openMessageIn = (payload: Buffer): OpenMessage | undefined =>
  payload.length > MOST_MESSAGE_BYTES ? undefined : opening.parse(objectIn(payload))

export const strayMessageIn = (payload: Buffer): StrayMessage => stray.parse(objectIn(payload))

export const updateMessageIn = (payload: Buffer): UpdateMessage => {
  const said = objectIn(payload)
  const patch = said['patch']
  if (!isJsonObject(patch)) throw new FrameError('a change that is none')
  return { ...update.parse(said), patch }
}

const objectIn = (payload: Buffer): JsonObject => {
  const said = payload.length > MOST_MESSAGE_BYTES ? undefined : plainObjectIn(payload.toString())
  if (!said) throw new FrameError('a message that is none')
  return said
}
