import { attributeOf, type StrictElement } from '#lib/strict-xml.ts'
import { notFromHere } from '../provider-row.ts'

/** How far an identity provider's clock may be off. */
export const SKEW_MS = 60_000

// saml-core §1.3.3: UTC, without a time zone of its own.
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/

/** A time in milliseconds since the epoch; undefined when it is none. */
export const instantIn = (text: string): number | undefined => {
  const ms = UTC.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** The time an attribute names; undefined without the attribute. Throws `connection_answer_invalid` for what is no time. */
export const timeOf = (element: StrictElement, attribute: string): number | undefined => {
  const written = attributeOf(element, attribute)
  if (written === undefined) return undefined
  const time = instantIn(written)
  if (time === undefined) throw notFromHere(attribute)
  return time
}

/** The same, where it must be there. */
export const requiredTime = (element: StrictElement, attribute: string): number => {
  const time = timeOf(element, attribute)
  if (time === undefined) throw notFromHere(`no ${attribute}`)
  return time
}
