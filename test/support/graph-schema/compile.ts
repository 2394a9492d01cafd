import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type EntityRows, entities } from './entities.ts'

type JsonSchema = Readonly<Record<string, unknown>>

const primitives: Readonly<Record<string, JsonSchema>> = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  whole: { type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_647 },
  instant: { type: 'string', format: 'date-time' },
  guid: { type: 'string', format: 'uuid' },
}

// OData annotations (`@odata.type`, `mail@odata.…`) may stand beside every property.
const annotations: JsonSchema = { '^@': true, '@odata\\.': true }

const single = (notation: string): JsonSchema => {
  if (notation.startsWith('@')) return { $ref: `#/$defs/${notation.slice(1)}` }
  const primitive = primitives[notation]
  if (primitive !== undefined) return primitive
  if (!notation.includes('|')) throw new Error(`"${notation}" is no type of this notation`)
  return { enum: notation.split('|') }
}

/** The JSON Schema of one row's notation; throws on a word it does not know. */
export const schemaOf = (notation: string): JsonSchema => {
  if (notation.endsWith('?')) return { anyOf: [single(notation.slice(0, -1)), { type: 'null' }] }
  if (notation.endsWith('[]')) return { type: 'array', items: single(notation.slice(0, -2)) }
  return single(notation)
}

const objectOf = (rows: EntityRows, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(rows).map(([name, notation]) => [name, schemaOf(notation)])),
  patternProperties: annotations,
  required,
  additionalProperties: false,
})

const definitions = Object.fromEntries(Object.entries(entities).map(([name, rows]) => [name, objectOf(rows, [])]))

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)

/** Compiles a check of an object that has `rows` (and nothing else) and must have `required`. */
export const compileObject = (rows: EntityRows, required: readonly string[]): ValidateFunction =>
  ajv.compile({ $defs: definitions, ...objectOf(rows, required) })

/** Compiles a check of a body `{ value: … }`, where `notation` describes the value. */
export const compileValue = (notation: string): ValidateFunction =>
  ajv.compile({
    $defs: definitions,
    type: 'object',
    properties: { value: schemaOf(notation) },
    patternProperties: annotations,
    required: ['value'],
    additionalProperties: false,
  })

/** The OData error envelope: contract section 5.12. Both spellings of `innerError` occur. */
export const compileError = (): ValidateFunction => {
  const inner = {
    type: 'object',
    properties: { date: { type: 'string' }, 'request-id': primitives.guid, 'client-request-id': { type: 'string' } },
    required: ['date', 'request-id', 'client-request-id'],
  }
  const detail = {
    type: 'object',
    properties: { code: primitives.text, message: primitives.text, target: primitives.text },
    required: ['code', 'message'],
    additionalProperties: false,
  }
  const error = {
    type: 'object',
    properties: {
      code: { type: 'string', minLength: 1 },
      message: primitives.text,
      target: primitives.text,
      details: { type: 'array', items: detail },
      innerError: inner,
      innererror: inner,
    },
    required: ['code', 'message'],
    anyOf: [{ required: ['innerError'] }, { required: ['innererror'] }],
    additionalProperties: false,
  }
  return ajv.compile({ type: 'object', properties: { error }, required: ['error'], additionalProperties: false })
}

/** What a check found, one line per finding, with the place in the body. */
export const findings = (check: ValidateFunction, body: unknown): readonly string[] => {
  if (check(body)) return []
  return (check.errors ?? []).map((error) => {
    const extra = 'additionalProperty' in error.params ? ` "${error.params.additionalProperty}"` : ''
    return `${error.instancePath || '/'} ${error.message}${extra}`
  })
}
