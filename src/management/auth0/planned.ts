import type { Secret } from '#kernel/secret.ts'
import type { Finding } from './findings.ts'

/** A rule or action as it will be, by its name; its id and version are given when it is stored. */
export interface PlannedRule {
  readonly name: string
  readonly kind: 'rule' | 'action'
  readonly script: string
  readonly order: number
  readonly enabled: boolean
  readonly legacyGlobals: boolean
  /** The id it had, when the export tells and it may be kept. */
  readonly id?: string
  readonly secrets?: Readonly<Record<string, Secret>>
}

/** A connection as a settings file has it; what else is in it is its type's. */
export interface DeclaredConnection {
  readonly name: string
  readonly type: string
}

/** What an export comes to: what will be written, and what there is to tell. */
export interface ImportPlan {
  readonly layout: string
  /** As an administrator's settings file has them. */
  readonly settings: { readonly relyingParties: readonly object[]; readonly connections: readonly DeclaredConnection[] }
  /** In the order they run. */
  readonly rules: readonly PlannedRule[]
  readonly configuration: Readonly<Record<string, Secret>>
  /** Keys that rules read and nobody gave a value for. */
  readonly missingConfiguration: readonly string[]
  /** The federated domains that will be pointed here, by the relying party's client id. */
  readonly domains: readonly { readonly domain: string; readonly clientId: string; readonly issuer: string }[]
  readonly findings: readonly Finding[]
}

/** What an administrator says beside the export. */
export interface ImportWishes {
  /** Client ids by name, which exports leave out. */
  readonly clientIds: Readonly<Record<string, string>>
  /** Values of `configuration`, of actions' secrets and of masked secrets, by name. */
  readonly values: Readonly<Record<string, string>>
  /** The target the relying party's people get accounts in; the only one there is when left out. */
  readonly target?: string
  /** Usher answers at the host Auth0 answered at: what providers have registered stays. */
  readonly keepsCallback?: true
}

/** What is there already, and what this program can do. */
export interface ImportSurroundings {
  readonly publicUrl: URL
  readonly targets: readonly string[]
  readonly connections: readonly string[]
  readonly relyingParties: readonly string[]
  /** Keys of `configuration` that have a value. */
  readonly configuration: readonly string[]
  readonly hasModule: (name: string) => boolean
  /** Connections whose settings were found to be wrong, by name, and what is wrong with them. */
  readonly refused: ReadonlyMap<string, string>
}
