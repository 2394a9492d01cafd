import { z } from 'zod'
import type { JsonObject } from '#kernel/json.ts'

/** A body there is none of; some clients send an empty object. */
export const noBody = z.union([z.undefined(), z.strictObject({})])

export const noQuery = z.strictObject({})

const MOST_A_PAGE = 100
const LAST_PAGE = 1_000_000

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))

export const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true')

/** Which part of a list, and whether its size is told. */
export const paging = {
  page: whole(0, LAST_PAGE).optional(),
  per_page: whole(1, MOST_A_PAGE).optional(),
  include_totals: yesOrNo.optional(),
}

/** Which part of a list that is read on from where it was left: `from` is what the page before said. */
export const onward = {
  from: z
    .string()
    .regex(/^\d{1,15}\.ses_[\w-]{43}$/, 'what the page before calls next')
    .optional(),
  take: whole(1, MOST_A_PAGE).optional(),
}

/** Which fields of what is shown. */
export const choosing = {
  fields: z
    .string()
    .regex(/^[\w.-]+(,[\w.-]+)*$/, 'names, with commas between')
    .optional(),
  include_fields: yesOrNo.optional(),
}

interface Choice {
  readonly fields?: string | undefined
  readonly include_fields?: boolean | undefined
}

/** The chosen fields of an object, or all but them. */
export const chosen = (value: JsonObject, { fields, include_fields = true }: Choice): JsonObject => {
  if (fields === undefined) return value
  const named = new Set(fields.split(','))
  return Object.fromEntries(Object.entries(value).filter(([name]) => named.has(name) === include_fields))
}

interface Page {
  readonly page?: number | undefined
  readonly per_page?: number | undefined
}

export const USUAL_PAGE = 50

export const pageOf = ({ page = 0, per_page: perPage = USUAL_PAGE }: Page) => ({ page, perPage })
