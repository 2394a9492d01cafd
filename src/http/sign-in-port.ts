import type { Session } from '#kernel/session.ts'
import type { Answer, Visit } from '#kernel/visit.ts'

/** What a browser can do with a sign-in. Every member may throw an `UsherError`, which becomes a page. */
export interface SignIn {
  /** A message at `/{protocol}` or below. */
  readonly arrive: (protocol: string, visit: Visit) => Promise<Answer>
  /** `/login?client=…&protocol=…` */
  readonly smartLink: (visit: Visit) => Promise<Answer>
  /** `/go/{name}` */
  readonly namedLink: (name: string, visit: Visit) => Promise<Answer>
  /** Goes on with a transaction wherever it stands. */
  readonly proceed: (transaction: string, visit: Visit) => Promise<Answer>
  /** Back to the choice of connections. */
  readonly ways: (transaction: string, visit: Visit) => Promise<Answer>
  readonly choose: (transaction: string, connection: string, visit: Visit) => Promise<Answer>
  /** A form with `email`, which says where the person signs in. */
  readonly email: (transaction: string, visit: Visit) => Promise<Answer>
  /** Where a browser that has a Kerberos ticket shows it. */
  readonly windows: (transaction: string, visit: Visit) => Promise<Answer>
  /** A form with `username` and `password`, or its address opened; the transaction knows which connection they are for. */
  readonly password: (transaction: string, visit: Visit) => Promise<Answer>
  /** A form with `choice`: `continue` or `switch`. */
  readonly account: (transaction: string, visit: Visit) => Promise<Answer>
  /** Back from a provider that has Auth0's address, which names no connection. */
  readonly legacyCallback: (visit: Visit) => Promise<Answer>
  /** Back from a provider. */
  readonly callback: (connection: string, visit: Visit) => Promise<Answer>
  /** `/connections/test/{ticket}`: an administrator tries a connection; nobody is signed in. */
  readonly tryConnection: (ticket: string, visit: Visit) => Promise<Answer>
  /** `/samlp/metadata?connection=…`: what a connection's provider needs to know of us. */
  readonly describe: (connection: string, visit: Visit) => Promise<Answer>
  /** `/continue?state=…`, back from a site that a rule sent the person to. */
  readonly continue: (visit: Visit) => Promise<Answer>
  /** `/you`: who somebody is here, and by which ways; `remove` has a form with `way`. */
  readonly ownPage: (wish: 'show' | 'again' | 'add' | 'remove', visit: Visit) => Promise<Answer>
  readonly signOut: (visit: Visit) => Promise<Answer>
  /** How a waiting sign-in comes along; ends when there is somewhere to go, or soon after the signal. */
  readonly watch: (transaction: string, visit: Visit, signal: AbortSignal) => AsyncIterable<Progress>
}

export interface Progress {
  readonly steps: readonly ProgressStep[]
  /** Said when it takes longer than usual. */
  readonly say?: 'longer' | 'minute'
  /** There is somewhere to go. */
  readonly done: boolean
}

export interface ProgressStep {
  readonly name: 'check' | 'create' | 'license' | 'settle'
  readonly state: 'done' | 'now' | 'next'
}

/** Sessions by the hash of what the browser's cookie holds. */
export interface SessionKeeper {
  readonly find: (id: string, at: number) => Promise<Session | undefined>
  readonly start: (session: Session, reference: string) => Promise<void>
  readonly end: (id: string, at: number) => Promise<void>
}
