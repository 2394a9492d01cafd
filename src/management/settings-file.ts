import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { ONE_SECOND_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings, RelyingParty, TargetSettings } from '#kernel/settings.ts'
import { readJsonFile } from '#lib/json-file.ts'
import { issueText } from '#lib/setting-issue.ts'
import { connection } from './connection-settings.ts'
import { relyingParty } from './relying-party-settings.ts'
import { target } from './target-settings.ts'

/** What an administrator's file declares. Things it does not name stay as they are. */
export interface DeclaredSettings {
  readonly relyingParties: readonly RelyingParty[]
  readonly connections: readonly Omit<ConnectionSettings, 'id'>[]
  readonly targets: readonly TargetSettings[]
  /** How long all rules of one sign-in have together, in milliseconds; as it is when left out. */
  readonly ruleBudgetMs?: number
  /** How long events of the audit are kept; as it is when left out. */
  readonly auditMaxAgeDays?: number
}

/** What it takes to notice a breach; whoever may change settings must not be able to have the traces deleted at once. */
const LEAST_AUDIT_DAYS = 30
const MOST_AUDIT_DAYS = 36_500

/** A list of things that differ by this field. */
const distinct = <Shape extends z.ZodType, Field extends keyof z.infer<Shape> & string>(one: Shape, field: Field) =>
  z
    .array(one)
    .superRefine((all, context) => {
      const names = all.map((each) => each[field])
      const twice = names.find((name, index) => names.indexOf(name) !== index)
      if (twice !== undefined) context.addIssue({ code: 'custom', message: `two have the ${field} ${twice}` })
    })
    .default([])

const shape = z.strictObject({
  relyingParties: distinct(relyingParty, 'clientId'),
  connections: distinct(connection, 'name'),
  targets: distinct(target, 'name'),
  rules: z.strictObject({ budgetSeconds: z.int().min(1).max(120) }).optional(),
  audit: z.strictObject({ maxAgeDays: z.int().min(LEAST_AUDIT_DAYS).max(MOST_AUDIT_DAYS) }).optional(),
})

/** Reads a settings file with the secrets it refers to. Throws `settings_invalid` naming field and mending. */
export const readSettingsFile = (file: string): DeclaredSettings => {
  const raw = readJsonFile(file)
  return readSettings(raw, { file, read: (path) => readFileSync(resolve(dirname(file), path), 'utf8').trim(), environment: process.env })
}

export interface SecretSources {
  readonly file: string
  readonly read: (path: string) => string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The same for a value that was parsed already. */
export const readSettings = (raw: unknown, sources: SecretSources): DeclaredSettings => {
  const parsed = shape.safeParse(withSecrets(raw, sources, ''))
  if (parsed.success) {
    const { rules, audit, ...declared } = parsed.data
    return {
      ...declared,
      ...(rules && { ruleBudgetMs: rules.budgetSeconds * ONE_SECOND_MS }),
      ...(audit && { auditMaxAgeDays: audit.maxAgeDays }),
    }
  }
  const problem = parsed.error.issues.map((issue) => issueText(issue, 'file')).join('; ')
  throw new UsherError('settings_invalid', { detail: { file: sources.file, problem } })
}

/** Replaces `{ "secret": … }`, `{ "secretFile": … }` and `{ "secretEnv": … }` wherever they stand by a Secret. */
const withSecrets = (value: unknown, sources: SecretSources, path: string): unknown => {
  if (Array.isArray(value)) return value.map((one, index) => withSecrets(one, sources, `${path}.${index}`))
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value
  const [only, another] = Object.entries(value)
  if (only && !another && typeof only[1] === 'string') {
    const secret = secretOf(only[0], only[1], sources, path)
    if (secret !== undefined) return secret
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withSecrets(one, sources, `${path}.${key}`)]))
}

const secretOf = (kind: string, text: string, sources: SecretSources, path: string): Secret | undefined => {
  const missing = (problem: string) =>
    new UsherError('settings_invalid', { detail: { file: sources.file, problem: `${path.slice(1)}: ${problem}` } })
  if (kind === 'secret') return new Secret(text)
  if (kind === 'secretEnv') {
    const found = sources.environment[text]
    if (!found) throw missing(`the environment has no ${text}`)
    return new Secret(found)
  }
  if (kind !== 'secretFile') return undefined
  try {
    return new Secret(sources.read(text))
  } catch {
    throw missing(`${text} cannot be read`)
  }
}
