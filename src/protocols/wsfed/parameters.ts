import { UsherError } from '#kernel/errors.ts'
import type { Visit } from '#kernel/visit.ts'

/** Every parameter that means something here; all others are ignored, as Microsoft's old ones have to be. */
const KNOWN = [
  'wa',
  'wtrealm',
  'wctx',
  'wreply',
  'wct',
  'wfresh',
  'wauth',
  'whr',
  'wreq',
  'wresult',
  'wreqptr',
  'wresultptr',
  'wattrptr',
  'wpseudoptr',
  'mfa_max_age',
  'prompt',
  'username',
  'login_hint',
  'client-request-id',
  'mkt',
  'lc',
] as const

export type ParameterName = (typeof KNOWN)[number]

/** What was sent under known names. An empty value says as little as none. */
export type Parameters = ReadonlyMap<ParameterName, string>

/** Addresses we would have to fetch ourselves, on a stranger's word. */
const POINTERS = ['wreqptr', 'wresultptr', 'wattrptr', 'wpseudoptr'] as const

/**
 * The parameters of a message, from the address and from the form. Throws `request_malformed` for what is not UTF-8,
 * `parameter_repeated`, and `parameter_refused` for pointers.
 */
export const readParameters = (visit: Pick<Visit, 'url' | 'form' | 'rawForm'>): Parameters => {
  const found = new Map<ParameterName, string>()
  const add = (name: string, value: string): void => {
    if (!isKnown(name)) return
    if (found.has(name)) throw new UsherError('parameter_repeated', { detail: { parameter: name } })
    found.set(name, value)
  }
  eachPair(visit.url.search.slice(1), add)
  if (visit.rawForm === undefined) for (const [name, value] of visit.form) add(name, value)
  else eachPair(visit.rawForm, add)
  for (const [name, value] of found) if (value === '') found.delete(name)
  refuse(found, POINTERS)
  return found
}

/** Throws `parameter_refused` when one of the names was sent. */
export const refuse = (parameters: Parameters, names: readonly ParameterName[]): void => {
  for (const parameter of names) if (parameters.has(parameter)) throw new UsherError('parameter_refused', { detail: { parameter } })
}

const NAMES: ReadonlySet<string> = new Set(KNOWN)
const isKnown = (name: string): name is ParameterName => NAMES.has(name)

const eachPair = (encoded: string, add: (name: string, value: string) => void): void => {
  for (const pair of encoded.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals < 0) add(decoded(pair), '')
    else add(decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1)))
  }
}

const ESCAPED = /[%+]/
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi

/** One form-urlencoded decoding (URL Standard, section 5.1), except that broken UTF-8 is refused and not replaced. */
const decoded = (encoded: string): string => {
  if (!ESCAPED.test(encoded) && encoded.isWellFormed()) return encoded
  try {
    const text = decodeURIComponent(encoded.replaceAll('+', ' ').replace(LONE_PERCENT, '%25'))
    if (text.isWellFormed()) return text
  } catch {
    // Broken UTF-8, as below.
  }
  throw new UsherError('request_malformed', { detail: { reason: 'not UTF-8' } })
}
