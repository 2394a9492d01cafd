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

const index = z.number().int().min(0)
const opening = z.object({ run: index, script: index, host: z.string().max(255), port: z.number().int().min(0).max(65_535).catch(0) })
const update = z.object({ run: index, kind: z.enum(['app', 'user']), publicId: z.string().max(1_024) })
const stray = z.object({ script: index, message: z.string().max(1_000) })

const MOST_MESSAGE_BYTES = 64 * 1024

export const openMessageIn = (payload: Buffer): OpenMessage => opening.parse(objectIn(payload))

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
