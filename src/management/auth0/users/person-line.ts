import { z } from 'zod'
import type { JsonObject } from '#kernel/json.ts'
import type { DirectorySubject, Names } from '#kernel/person.ts'
import { extendedDate, extendedId } from './extended-json.ts'
import { withMetadata } from './flat-metadata.ts'

/** An identity of a person as Auth0 lists them: the first is their own. */
export interface LineIdentity {
  readonly connection: string
  readonly provider: string
  readonly userId: string
  readonly profile: JsonObject
}

/** A person of Auth0's user export. */
export interface PersonLine {
  /** `auth0|…`, kept for good. */
  readonly publicId: string
  /** The connection they belong to, when the line tells. */
  readonly connection?: string
  readonly names: Names
  readonly email?: string
  readonly emailVerified: boolean
  readonly username?: string
  readonly blocked: boolean
  readonly root: JsonObject
  readonly appMetadata: JsonObject
  readonly userMetadata: JsonObject
  readonly createdAt?: number
  readonly lastLoginAt?: number
  readonly lastIp?: string
  readonly loginsCount: number
  /** The account a rule made for them. */
  readonly account?: DirectorySubject
  readonly linked: readonly LineIdentity[]
}

const metadata = z.record(z.string(), z.json()).nullish()
const text = z.string().nullish()
// An enterprise provider may say a list, or a word where a truth is meant: rules find it so, and nothing else is made of it.
const said = z.json().nullish()
const identity = z.looseObject({
  connection: z.string(),
  provider: z.string(),
  user_id: z.union([z.string(), z.number().transform(String), extendedId]),
  profileData: metadata,
})

const shape = z.looseObject({
  user_id: z
    .string()
    .min(3)
    .max(300)
    .regex(/^[^|\s]+\|[^\s\p{Cc}]([^\p{Cc}]*[^\s\p{Cc}])?$/u, 'a user_id has the form provider|id'),
  email: said,
  email_verified: said,
  name: said,
  given_name: said,
  family_name: said,
  username: said,
  blocked: z.boolean().nullish(),
  app_metadata: metadata,
  user_metadata: metadata,
  created_at: extendedDate.nullish(),
  last_login: extendedDate.nullish(),
  last_ip: text,
  logins_count: z.int().nonnegative().nullish(),
  connection: text,
  'identities[0].connection': text,
  identities: z.array(identity).nullish(),
})

type Parsed = z.infer<typeof shape>

/** Reads a line. Throws a sentence that says what is wrong with it. */
export const readPersonLine = (line: string): PersonLine => {
  const parsed = shape.safeParse(withMetadata(jsonIn(line)))
  if (!parsed.success) throw new Error(sentenceOf(parsed.error))
  return personOf(parsed.data)
}

/** The value of a line. Throws a sentence. */
export const jsonIn = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error(line.startsWith('[') ? 'a list; one person a line is what is read' : 'not JSON')
  }
}

export const sentenceOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')

const personOf = (raw: Parsed): PersonLine => {
  const [own, ...linked] = raw.identities ?? []
  const connection = own?.connection ?? raw['identities[0].connection'] ?? raw.connection
  const account = accountOf(raw)
  return {
    publicId: raw.user_id,
    names: namesOf(raw),
    emailVerified: raw.email_verified === true,
    blocked: raw.blocked === true,
    root: rootOf(raw),
    appMetadata: raw.app_metadata ?? {},
    userMetadata: raw.user_metadata ?? {},
    loginsCount: raw.logins_count ?? 0,
    linked: linked.map((one) => ({
      connection: one.connection,
      provider: one.provider,
      userId: one.user_id,
      profile: one.profileData ?? {},
    })),
    ...given('connection', connection),
    ...given('email', raw.email),
    ...given('username', raw.username),
    ...given('lastIp', raw.last_ip),
    ...instant('createdAt', raw.created_at),
    ...instant('lastLoginAt', raw.last_login),
    ...(account && { account }),
  }
}

const given = <Key extends string>(key: Key, value: unknown): { readonly [key in Key]?: string } | object => {
  const text = textIn(value)
  return text === undefined ? {} : { [key]: text }
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const instant = (key: string, value: string | null | undefined): object => {
  const at = Date.parse(value ?? '')
  return Number.isNaN(at) ? {} : { [key]: at }
}

const namesOf = ({ name, given_name: givenName, family_name: family }: Parsed): Names => ({
  ...given('given', givenName),
  ...given('family', family),
  ...given('display', name),
})

/** What is kept elsewhere, or by nobody. */
const NOT_ROOT = new Set([
  '_id',
  'user_id',
  'identities',
  'identities[0].connection',
  'connection',
  'app_metadata',
  'user_metadata',
  'created_at',
  'updated_at',
  'last_login',
  'last_ip',
  'last_password_reset',
  'logins_count',
  'blocked',
  'multifactor',
])

const rootOf = (raw: Parsed): JsonObject => {
  const said = Object.entries(raw).filter(([key, value]) => !NOT_ROOT.has(key) && value !== null && value !== undefined)
  return z.record(z.string(), z.json()).parse(Object.fromEntries(said))
}

const IMMUTABLE_ID = /^[A-Za-z0-9+/=.@-]{1,64}$/
const PRINCIPAL_NAME = /^[^\s@'"<>&]{1,64}@[A-Za-z0-9.-]{1,255}$/

/** What Auth0's recipe for Microsoft 365 remembered about the account it made. Throws a sentence for half of it. */
const accountOf = ({ app_metadata: kept }: Parsed): DirectorySubject | undefined => {
  const { office365ImmutableId: immutableId, office365UPN: userPrincipalName } = kept ?? {}
  if ((immutableId ?? undefined) === undefined && (userPrincipalName ?? undefined) === undefined) return undefined
  if (typeof immutableId !== 'string' || !IMMUTABLE_ID.test(immutableId))
    throw new Error('app_metadata.office365ImmutableId is not an immutable ID')
  if (typeof userPrincipalName !== 'string' || !PRINCIPAL_NAME.test(userPrincipalName))
    throw new Error('app_metadata.office365UPN is not a user principal name')
  return { immutableId, userPrincipalName }
}
