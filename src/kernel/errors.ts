/** What a person is told about a failure: status, what happened, what to do about it. */
export interface Failure {
  readonly status: number
  readonly heading: string
  readonly message: string
  /** True when the same person may get through by simply trying again. */
  readonly again: boolean
}

const row = (status: number, heading: string, message: string, again = false): Failure => ({
  status,
  heading,
  message,
  again,
})

const ASK = 'Contact the person who invited you, and give them the reference below.'
const LATER = 'Wait a few minutes, then try again.'
const LINK = 'Go back to the link you were given and open it again.'

/** Every failure there is. The codes are public: add rows, never rename or reuse one. */
export const failures = {
  // What the browser or the relying party sent.
  request_malformed: row(400, 'We could not read this sign-in request', LINK),
  request_too_large: row(413, 'We could not read this sign-in request', LINK),
  parameter_repeated: row(400, 'We could not read this sign-in request', LINK),
  parameter_refused: row(400, 'This sign-in request asks for something we do not do', LINK),
  relying_party_unknown: row(400, 'This link does not belong to a known service', LINK),
  reply_url_refused: row(400, 'This link does not belong to a known service', LINK),
  link_unknown: row(404, 'This link does not lead anywhere', LINK),
  page_unknown: row(404, 'There is no such page', LINK),
  method_refused: row(405, 'There is no such page', LINK),
  host_unknown: row(421, 'There is no such page', 'Check the address.'),
  speculation_refused: row(503, 'This page has not been opened yet', LINK),
  origin_refused: row(403, 'This request came from another site', LINK),
  too_many_requests: row(429, 'Too many tries', LATER, true),
  sign_in_loop: row(409, 'Microsoft sent you back to us twice', 'Close all browser windows, then open your link again.'),

  // The transaction.
  transaction_expired: row(410, 'This sign-in page has expired', 'Start again.', true),
  transaction_foreign: row(
    400,
    'Your browser is blocking sign-in cookies',
    'Allow cookies for this site, or open your link in a normal browser window.',
  ),
  transaction_left: row(
    410,
    'This sign-in is over here',
    'Somebody signed out in this browser, or it began in another one. Start again from the service you wanted to open.',
    true,
  ),

  // The connection.
  connection_unknown: row(404, 'This way to sign in does not exist', 'Choose another way to sign in.', true),
  connection_unavailable: row(502, 'The account you chose is not answering', 'Choose another way to sign in, or try again.', true),
  connection_refused: row(403, 'You did not finish signing in', 'Try again, or choose another way to sign in.', true),
  connection_answer_invalid: row(403, 'We could not check that account', ASK, true),
  profile_incomplete: row(403, 'Your account did not tell us enough about you', ASK),
  second_factor_required: row(
    403,
    'An extra check is needed',
    'Microsoft asked for a second step that this way to sign in does not have. Contact your administrator.',
  ),

  // Several ways to sign in as one person.
  linking_refused: row(403, 'This way to sign in cannot be added or removed', 'Choose another one, or ask your administrator.'),
  link_interrupted: row(409, 'You are not signed in as before', 'Nothing was added. Go back to your page and start again.'),
  link_taken: row(
    409,
    'This way to sign in is in use already',
    'It is yours already, or has an account or other ways of its own. Two accounts cannot become one here: ask your administrator.',
  ),

  identity_removed: row(
    403,
    'You cannot sign in this way any more',
    'This way was removed meanwhile. Choose how you want to sign in.',
    true,
  ),

  // Who may come in.
  user_blocked: row(403, 'Your access is switched off', ASK),
  not_admitted: row(403, 'You need an invitation', 'Ask whoever gave you the link to invite you, and give them the reference below.'),
  email_unverified: row(403, 'Your email address is not confirmed', 'Confirm it where you have the account, then try again.', true),

  // What a directory says about its own person's account, to whoever proved to be that person.
  account_disabled: row(403, 'Your account is switched off', 'Contact your help desk, and give them the reference below.', true),
  account_locked: row(403, 'Your account is locked', 'Wait until it is unlocked, or contact your help desk. Then try again.', true),
  account_expired: row(403, 'Your account has expired', 'Contact your help desk, and give them the reference below.', true),
  account_restricted: row(
    403,
    'Your account may not be used here and now',
    'Contact your help desk, and give them the reference below.',
    true,
  ),
  password_expired: row(403, 'Your password has expired', 'Change it where you sign in to your computer. Then try again here.', true),

  // The organization's rules.
  rule_denied: row(403, 'You do not have access', ASK, true),
  rule_failed: row(500, 'A check of your organization did not work', ASK, true),
  rule_timeout: row(504, 'A check of your organization took too long', LATER, true),
  rules_unavailable: row(503, 'Sign-in is not available right now', LATER, true),
  subject_mismatch: row(403, 'Your account cannot be used here', ASK),
  token_refused: row(403, 'Your account cannot be used here', ASK),
  multifactor_unavailable: row(403, 'An extra check is needed', 'It is not set up yet. Contact your administrator.'),
  metadata_too_large: row(413, 'We could not keep what we were told about you', ASK),
  invalid_request: row(400, 'We could not read this answer', LINK),

  // The account in the directory.
  license_exhausted: row(
    503,
    'Your account needs a license',
    'None is free right now. Your administrator can see that you are waiting; open your link again later.',
    true,
  ),
  target_throttled: row(503, 'Microsoft is busy', 'This page goes on by itself. You can also come back later.', true),
  target_unavailable: row(502, 'Microsoft 365 is not answering', LATER, true),
  target_timeout: row(504, 'Your account is nearly ready', 'We keep working on it. Open your link again in two minutes.', true),
  target_credential_refused: row(500, 'We could not create your account', ASK),
  target_permission_missing: row(500, 'We could not create your account', ASK),
  target_quota_reached: row(503, 'We could not create your account', ASK),
  target_refused: row(500, 'We could not create your account', ASK),
  account_name_taken: row(409, 'We could not create your account', ASK),
  account_conflict: row(409, 'We could not create your account', ASK),
  license_refused: row(500, 'We could not add your license', ASK),
  license_conflict: row(500, 'We could not add your license', ASK),
  license_location: row(500, 'We could not add your license', ASK),
  removed_in_entra: row(403, 'Your Microsoft 365 account was removed', ASK),
  disabled_in_entra: row(403, 'Your Microsoft 365 account is switched off', ASK),
  changed_in_entra: row(403, 'Your Microsoft 365 account was changed', ASK),

  // The subject and the token.
  subject_invalid: row(403, 'Your directory account cannot be used here', ASK),
  subject_changed: row(403, 'Your directory account has changed', ASK),
  subject_taken: row(403, 'Your directory account belongs to somebody else here', ASK),
  claims_invalid: row(403, 'Your account cannot be used here', ASK),
  domain_not_federated: row(500, 'Sign-in is being set up', ASK),
  clock_off: row(503, 'Sign-in is not available right now', ASK, true),

  // Ourselves.
  settings_invalid: row(500, 'Sign-in is not set up yet', ASK),
  key_missing: row(500, 'Sign-in is not available right now', ASK),
  key_wrong: row(500, 'Sign-in is not available right now', ASK),
  storage_unavailable: row(503, 'Sign-in is not available right now', LATER, true),
  shutting_down: row(503, 'Sign-in is being restarted', LATER, true),
  internal_error: row(500, 'There is a problem with this service', LATER, true),
} as const satisfies Record<string, Failure>

export type FailureCode = keyof typeof failures

/** Plain facts for the log: no secret, token, name or mail address. */
export type FailureDetail = Readonly<Record<string, string | number | boolean | undefined>>

/** The one way anything fails on purpose: a code for everybody, a detail and a cause for the log. */
export class UsherError extends Error {
  readonly code: FailureCode
  readonly detail: FailureDetail
  /** What the author of a rule wants the person to read besides; plain text, at most 300 characters. */
  readonly said: string | undefined

  constructor(code: FailureCode, more: { readonly cause?: unknown; readonly detail?: FailureDetail; readonly said?: string } = {}) {
    super(code, { cause: more.cause })
    this.name = 'UsherError'
    this.code = code
    this.detail = more.detail ?? {}
    this.said = more.said
  }
}

/** Anything thrown, as a failure with a code. */
export const toUsherError = (error: unknown): UsherError =>
  error instanceof UsherError ? error : new UsherError('internal_error', { cause: error })
