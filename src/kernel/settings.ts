import type { JsonObject } from './json.ts'
import type { ConnectionId } from './person.ts'
import type { RuleSettings } from './rule.ts'
import type { Secret } from './secret.ts'

/** Who is let in: anybody who authenticated, certain verified mail domains, invited addresses, or who the rules let pass. */
export type Admission =
  | { readonly policy: 'everyone' }
  | { readonly policy: 'domains'; readonly domains: readonly string[] }
  | { readonly policy: 'invited'; readonly emails: readonly string[] }
  | { readonly policy: 'rule' }

/** An application that trusts tokens Usher issues. */
export interface RelyingParty {
  readonly clientId: string
  /** What people call it: "Fabrikam's Microsoft 365". */
  readonly name: string
  readonly protocol: string
  readonly realm: string
  /** The first one is used when none is asked for. Compared exactly. */
  readonly replyUrls: readonly [string, ...string[]]
  readonly format: string
  readonly lifetimeSeconds: number
  readonly sessionMaxAgeSeconds: number
  /** The target in which its people need an account. */
  readonly target: string
  /** Connection names, in the order they are shown. */
  readonly connections: readonly string[]
  readonly admission: Admission
  /** The federated root domains, each with the issuer the directory expects in tokens about its people. */
  readonly domains: Readonly<Record<string, { readonly issuer: string }>>
  /** Where people are taken who sign in at Usher first (smart links); the answer comes back as an ordinary request. */
  readonly signInUrl: string
  /** Where the relying party signs people out, when it has such an address. */
  readonly signOutUrl?: string
  /** Smart links by name, each with the address behind it. */
  readonly links: Readonly<Record<string, { readonly deepLink?: string }>>
  /** Its people are made by a rule, by other means than Graph through Usher: what the first sign-in names is bound for good. */
  readonly subjectsFromRules?: boolean
  /** A denial is sent to the relying party as a SOAP fault instead of being shown here. */
  readonly sendsFaults?: boolean
  /** What rules find in `context.samlConfiguration`. */
  readonly samlConfiguration?: JsonObject
  /** Addresses a smart link may lead to besides the named ones: origins, or origins with a path prefix. */
  readonly deepLinkPrefixes: readonly string[]
}

/**
 * `explicit`: people link two ways to sign in themselves, having signed in with both. `verified-email`: and somebody new is
 * made the one user who has their address already, where the provider is authoritative for it.
 */
export type Linking = 'explicit' | 'verified-email'

/** A configured place where people prove who they are. */
export interface ConnectionSettings {
  /** Lasting: derived identities contain it, so renaming a connection changes nobody. */
  readonly id: ConnectionId
  readonly name: string
  readonly type: string
  readonly label: string
  readonly brand: string
  /** Switched off: nobody comes in through it, and nobody who did is remembered. */
  readonly disabled?: true
  /**
   * Came from Auth0, and its provider still has Auth0's address: people come back to `/login/callback`, the one for all
   * connections, or, where it is `named`, to `/login/callback?connection=NAME`, as Auth0 had it for SAML.
   */
  readonly legacyCallback?: true | 'named'
  /** Whether its people may be identities of users who came another way; not at all when left out. */
  readonly linking?: Linking
  /** Mail domains whose addresses the administrator trusts this provider to give to their owners alone. */
  readonly authoritativeFor?: readonly string[]
  /** Mail domains and home realms that lead straight to it. */
  readonly homeRealms: readonly string[]
  /** A directory's people have their accounts already: they are never provisioned, and it names their subjects. */
  readonly directory?: { readonly immutableIdAttribute: string; readonly userPrincipalNameAttribute: string }
  /** Whether its word about a second factor is taken, and which `amr` values say so. */
  readonly secondFactor?: { readonly trusted: true; readonly amr: readonly string[] }
  /** The type's own settings; secrets in them are `Secret`s. */
  readonly settings: Readonly<Record<string, unknown>>
}

export type Cloud = 'global' | 'us-government' | 'us-dod' | 'china' | 'local'

/** Usage location: one country for all, or the one a provider's claim names, else the default. */
export interface UsageLocation {
  readonly default: string
  readonly fromAttribute?: string
}

/** One license a target may give, and how many of them. */
export interface LicenseSettings {
  readonly skuId: string
  /** Never more than this many at once. */
  readonly cap: number
  /** So many seats of the subscription are left for others. */
  readonly floor: number
  readonly disabledPlans: readonly string[]
}

export type TargetCredential =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: Secret }

/** A directory where people must exist before a relying party will take them. */
export interface TargetSettings {
  readonly name: string
  readonly type: string
  readonly tenant: string
  readonly clientId: string
  readonly credential: TargetCredential
  readonly cloud: Cloud
  /** Only with cloud `local`: addresses of a directory that is not Microsoft's own (the emulator). */
  readonly addresses?: { readonly login: string; readonly graph: string }
  /** The federated domain new people get their user principal name in. */
  readonly domain: string
  readonly userPrincipalName: 'name' | 'opaque'
  readonly protectedNames: readonly string[]
  readonly usageLocation: UsageLocation
  /** In order of preference; none means an account without a license. */
  readonly licenses: readonly LicenseSettings[]
  /** How long the sign-in service is given after both readings agreed. */
  readonly settleMs: number
}

/** Everything an administrator declares, as one consistent reading. */
export interface Settings {
  readonly revision: number
  readonly relyingParties: readonly RelyingParty[]
  readonly connections: readonly ConnectionSettings[]
  readonly targets: readonly TargetSettings[]
  readonly rules: RuleSettings
  /** How long events of the audit are kept; `AUDIT_MAX_AGE_DAYS` when left out. */
  readonly auditMaxAgeDays?: number
  /** Which connections were seen to work, and with which settings; left out while none was. */
  readonly tested?: readonly TestedConnection[]
}

/** That a connection worked once with certain settings. */
export interface TestedConnection {
  /** By name: it stands in the address its provider sends people back to. */
  readonly connection: string
  /** Of the settings it had. */
  readonly fingerprint: string
  readonly at: number
  /** Who tested it. */
  readonly by: string
}
