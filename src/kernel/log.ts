/**
 * Every field a log line may have; whatever else is handed over is dropped. Never a secret, token, name, mail address,
 * query string, body or cookie: people appear by id. Add a name here when a line needs one.
 */
export const logFields = [
  'reference',
  'transaction',
  'user',
  'account',
  'relyingParty',
  'connection',
  'target',
  'protocol',
  'stage',
  'step',
  'license',
  'route',
  'method',
  'status',
  'kind',
  'code',
  'requestId',
  'attempt',
  'retryAfterMs',
  'count',
  'ms',
  'revision',
  'version',
  'address',
  'file',
  'signal',
  'silent',
  'reason',
  'rule',
] as const

export type LogFields = { readonly [name in (typeof logFields)[number]]?: string | number | boolean | undefined } & {
  /** Anything thrown. Written as its code, a scrubbed excerpt and the places it came from. */
  readonly error?: unknown
}

/** Events, not prose: a fixed name and facts. */
export interface Log {
  readonly info: (event: string, fields?: LogFields) => void
  readonly warn: (event: string, fields?: LogFields) => void
  readonly error: (event: string, fields?: LogFields) => void
}
