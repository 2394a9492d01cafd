import type { Subject } from '#kernel/account.ts'
import type { UsherError } from '#kernel/errors.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { Token } from '#kernel/token.ts'
import type { SignInRequest } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'

/** What a relying party's message turned out to be. */
export type Arrival =
  | { readonly kind: 'sign-in'; readonly request: SignInRequest }
  | {
      readonly kind: 'sign-out'
      /** True when another party already shows the page: end the session, say little. */
      readonly quiet: boolean
      readonly relyingParty?: RelyingParty
      /** An allow-listed address to return to. */
      readonly replyUrl?: string
    }
  /** Answered from the message alone, for example metadata. */
  | { readonly kind: 'answered'; readonly answer: Answer }

/** How relying parties talk to us. Reachable at `/{name}` and below. */
export interface Protocol {
  readonly name: string
  /**
   * What is asked, by whom, and where the answer may go. Nothing is shown or stored before this passes.
   * Throws `request_malformed`, `parameter_repeated`, `parameter_refused`, `relying_party_unknown`, `reply_url_refused`.
   */
  readonly parse: (visit: Visit, settings: Settings) => Promise<Arrival>
  /** The token, on its way to the relying party. Throws `reply_url_refused` when the address was taken off its list meanwhile. */
  readonly respond: (request: SignInRequest, token: Token, relyingParty: RelyingParty) => Answer
  /** No, in the protocol's own words; undefined when it has none and the person is told instead. */
  readonly refuse: (request: SignInRequest, failure: UsherError, relyingParty: RelyingParty) => Answer | undefined
  /** Sends somebody who signed in here first to the relying party, which will come back with a request of its own. */
  readonly start: (relyingParty: RelyingParty, subject: Subject, deepLink: string | undefined) => Answer
}
