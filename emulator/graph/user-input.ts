import { badRequest, invalidValue, malformed, missingValue } from './graph-failure.ts'
import { type PropertyRule, userProperties } from './user-properties.ts'

/** What a client wrote: known, writable properties of the right kind and length. */
export type UserInput = Readonly<Record<string, unknown>>

const wrongKind = (type: string): Error =>
  badRequest(`Cannot convert a primitive value to the expected type '${type}'. See the inner exception for more details.`)

const checkText = (name: string, value: unknown, rule: { readonly limit: number; readonly mayBeNull: boolean }): void => {
  if (value === null) {
    if (!rule.mayBeNull) throw missingValue(name)
    return
  }
  if (typeof value !== 'string') throw wrongKind('Edm.String')
  // The directory refuses empty text: absence is null.
  if (value === '' || value.length > rule.limit) throw invalidValue(name)
}

const checkTexts = (name: string, value: unknown, limit: number): void => {
  if (!Array.isArray(value)) throw wrongKind('Collection(Edm.String)')
  if (value.some((item) => typeof item !== 'string')) throw wrongKind('Edm.String')
  if (value.length > limit || value.includes('')) throw invalidValue(name)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const PASSWORD_FIELDS: Readonly<Record<string, string>> = {
  password: 'string',
  forceChangePasswordNextSignIn: 'boolean',
  forceChangePasswordNextSignInWithMfa: 'boolean',
}

const checkPassword = (value: unknown): void => {
  if (!isObject(value)) throw wrongKind('microsoft.graph.passwordProfile')
  for (const [name, part] of Object.entries(value)) {
    const type = PASSWORD_FIELDS[name]
    if (type === undefined) throw badRequest(`Invalid property '${name}'.`)
    if (part !== null && typeof part !== type) throw wrongKind(type === 'string' ? 'Edm.String' : 'Edm.Boolean')
  }
}

const EXTENSION = /^extensionAttribute(?:[1-9]|1[0-5])$/
const EXTENSION_LIMIT = 1_024

const checkExtensions = (value: unknown): void => {
  if (!isObject(value)) throw wrongKind('microsoft.graph.onPremisesExtensionAttributes')
  for (const [name, part] of Object.entries(value)) {
    if (!EXTENSION.test(name)) throw badRequest(`Invalid property '${name}'.`)
    checkText(name, part, { limit: EXTENSION_LIMIT, mayBeNull: true })
  }
}

const checkProperty = (name: string, value: unknown, rule: PropertyRule): void => {
  switch (rule.kind) {
    case 'text':
      return checkText(name, value, rule)
    case 'texts':
      return checkTexts(name, value, rule.limit)
    case 'flag':
      if (typeof value !== 'boolean') throw wrongKind('Edm.Boolean')
      return
    case 'password':
      return checkPassword(value)
    case 'extensions':
      return checkExtensions(value)
    case 'fixed':
      throw badRequest(`Property '${name}' is read-only and cannot be set.`)
  }
}

/** Checks names, kinds and lengths of a JSON body; annotations such as `@odata.type` are passed over. Throws 400. */
export const readUserInput = (body: unknown): UserInput => {
  if (body === undefined) throw malformed('Empty Payload. JSON content expected.')
  if (!isObject(body)) throw malformed('Unable to read JSON request payload.')
  const entries = Object.entries(body).filter(([name]) => !name.startsWith('@'))
  for (const [name, value] of entries) {
    const rule = userProperties[name]
    if (rule === undefined) throw badRequest(`Invalid property '${name}'.`)
    checkProperty(name, value, rule)
  }
  return Object.fromEntries(entries)
}
