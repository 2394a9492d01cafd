import type { FailureCode } from './errors.ts'

/** How long events are kept unless settings say otherwise. */
export const AUDIT_MAX_AGE_DAYS = 400

/**
 * What happened, for those who must answer for it later. Append only, but for the facts of an event that counts; people
 * by id, never by name or address.
 */
export interface AuditEvent {
  readonly type:
    | 'sign_in_denied'
    | 'session_started'
    | 'session_ended'
    | 'sessions_ended'
    | 'token_issued'
    | 'password_refused'
    | 'ticket_refused'
    | 'account_intended'
    | 'account_created'
    | 'account_adopted'
    | 'account_restored'
    | 'account_licensed'
    | 'account_ready'
    | 'account_waiting'
    | 'account_stopped'
    | 'account_released'
    | 'settings_applied'
    | 'connection_tested'
    | 'rules_changed'
    | 'api_token_created'
    | 'api_token_removed'
    | 'subject_bound'
    | 'subject_mismatch'
    | 'metadata_changed'
    | 'user_linked'
    | 'user_imported'
    | 'user_added'
    | 'user_found_new'
    | 'events_deleted'
  readonly at: number
  readonly reference: string
  readonly user?: string
  readonly relyingParty?: string
  readonly connection?: string
  readonly failure?: FailureCode
  /** Plain facts: assertion id, factors, SKU id, addresses of who acted. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
}
