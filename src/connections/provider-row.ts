import { z } from 'zod'
import { UsherError } from '#kernel/errors.ts'
import type { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { issueText } from '#lib/setting-issue.ts'
import type { UpstreamClaims } from './profile.ts'

/** Stands in an issuer for the tenant a token names, where one provider vouches for many (Microsoft). */
export const TENANT = '{tenantid}'

/** How a provider departs from OpenID Connect, or adds to it. */
export interface Provider {
  /** Taken when the administrator's settings name none. */
  readonly issuer?: string
  readonly scopes: readonly string[]
  /** Hosts besides the issuer's own, and those below it, on which its endpoints may lie. */
  readonly endpointHosts: readonly string[]
  /**
   * `login`: can be asked for the credentials again, and says when they were given. `prompt`: can be asked for them, and
   * does not say. `choose`: can only be asked to show its choice of accounts. `nothing`: can be asked for nothing. Where it
   * does not say, coming back is the authentication, because there is nothing better to go by.
   */
  readonly freshness: 'login' | 'prompt' | 'choose' | 'nothing'
  /** True for providers known to write booleans as text. */
  readonly takesTextForTrue: boolean
  /** `state`: repeats no nonce and refuses PKCE, so that the state alone ties an answer to its departure. */
  readonly binding?: 'state'
  /** `form`: posts its answer (OAuth 2.0 Form Post Response Mode). */
  readonly answers?: 'form'
  /** How it takes our secret, where its description does not say. */
  readonly secretIn?: 'form'
  /** What is said at its authorization endpoint besides. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Where its description lies, when that does not follow from the issuer. */
  readonly descriptionAt?: string
  /** What is sent to prove who we are, when it is not the secret itself. */
  readonly proof?: (order: ProofOrder) => Promise<string>
  /** What its verified claims mean. Throws `connection_answer_invalid` for people it must not vouch for here. */
  readonly read?: (claims: UpstreamClaims, answer: URLSearchParams) => UpstreamClaims
  /** Whether an address it says is verified is its own to give: whoever has it now, and nobody else, can sign in there with it. */
  readonly speaksFor?: (domain: string, claims: UpstreamClaims) => boolean
  /** What its administrators write besides, or instead. */
  readonly own?: OwnSettings
}

export interface ProofOrder {
  readonly secret: Secret
  readonly clientId: string
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Settings only one provider has, and what they make of the others. */
export interface OwnSettings {
  readonly names: readonly string[]
  /** Throws a `ZodError`. */
  readonly read: (settings: ConnectionSettings['settings']) => Adapted
}

export interface Adapted {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly provider?: Partial<Provider>
}

export const ownSettings = <Shape extends z.ZodRawShape>(
  shape: Shape,
  adapt: (own: z.infer<z.ZodObject<Shape>>) => Adapted,
): OwnSettings => ({
  names: Object.keys(shape),
  read: (settings) => adapt(z.object(shape).parse(settings)),
})

/** A setting that follows from others here, and must not be written. */
export const follows = (from: string) => z.undefined({ error: `follows from ${from}` }).optional()

/** The connection and its provider, as its own settings make them. Throws `settings_invalid`. */
export const adaptedTo = (connection: ConnectionSettings, provider: Provider) => {
  const { own } = provider
  if (!own) return { connection, provider }
  const common = Object.entries(connection.settings).filter(([name]) => !own.names.includes(name))
  const adapted = readOwn(connection, own)
  const settings = { ...Object.fromEntries(common), ...adapted.settings }
  return { connection: { ...connection, settings }, provider: { ...provider, ...adapted.provider } }
}

const readOwn = ({ name, settings }: ConnectionSettings, own: OwnSettings): Adapted => {
  try {
    return own.read(settings)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw settingsInvalid(name, problemIn(error))
  }
}

/** What is wrong with settings, field by field; never with their values. */
export const problemIn = ({ issues }: z.ZodError): string => issues.map((issue) => issueText(issue, 'settings')).join('; ')

export const settingsInvalid = (name: string, problem: string): UsherError =>
  new UsherError('settings_invalid', { detail: { field: 'settings', problem: `${name}: ${problem}` } })

/** The answer of somebody a provider must not vouch for here. */
export const notFromHere = (reason: string): UsherError => new UsherError('connection_answer_invalid', { detail: { reason } })
