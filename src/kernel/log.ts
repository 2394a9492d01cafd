import type { UsherError } from './errors.ts'

/** Fields a log line may carry; the adapter drops any other. People by id, never by name, address or token. */
export interface LogFields {
  readonly reference?: string
  readonly relyingParty?: string
  readonly connection?: string
  readonly user?: string
  readonly target?: string
  readonly error?: UsherError
  readonly [fact: string]: string | number | boolean | UsherError | undefined
}

/** Events with a fixed name, not prose. */
export interface Log {
  readonly info: (event: string, fields?: LogFields) => void
  readonly warn: (event: string, fields?: LogFields) => void
  readonly error: (event: string, fields?: LogFields) => void
}
