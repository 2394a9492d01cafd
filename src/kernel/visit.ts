import type { Page } from './page.ts'
import type { Session } from './session.ts'
import type { BrowserId, TransactionId } from './transaction.ts'

/** One HTTP exchange as the inside sees it. No framework type goes past http/. */
export interface Visit {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly form: URLSearchParams
  /** The posted form before decoding, for values that must come back byte for byte. */
  readonly rawForm?: string
  readonly header: (name: string) => string | undefined
  readonly ip: string
  /** The other end of the socket: a listed proxy, or the same as `ip`. */
  readonly peer: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly browser: BrowserId
  /** Set when it brought no cookie by which it is known again: it is new here, or keeps none. */
  readonly isNewBrowser?: true
  readonly session?: Session
  /** The connection this browser used last, by id. A hint for the order of things, nothing else. */
  readonly lastConnection?: string
}

/** What http does with the session cookie: start one with a new id, end the one there is, or neither. */
export type SessionChange = Omit<Session, 'id'> | 'end'

export type Answer =
  /** With a challenge, status 401: a browser that has a ticket asks again with it, every other one shows the page. */
  (
    | { readonly kind: 'page'; readonly status: number; readonly page: Page; readonly challenge?: 'Negotiate' }
    | { readonly kind: 'redirect'; readonly location: string }
    | {
        readonly kind: 'post-form'
        readonly action: string
        readonly fields: Readonly<Record<string, string>>
        /** Set where the person is taken to where they prove who they are, rather than on with a proof. */
        readonly isDeparture?: true
      }
    | { readonly kind: 'document'; readonly status: number; readonly type: string; readonly body: string }
    /** The account is being made; http shows how it goes and comes back when it is done. */
    | { readonly kind: 'wait'; readonly transaction: TransactionId }
  ) & {
    readonly session?: SessionChange
    /** The correlation of the sign-in this belongs to: http writes it into its log line and the session's record. */
    readonly correlation?: string
  }
