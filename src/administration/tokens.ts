import { type Clock, ONE_HOUR_MS } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { Randomness } from '#kernel/randomness.ts'
import { Secret } from '#kernel/secret.ts'
import { isScope, scopes } from '#management/api/scopes.ts'
import type { Stores } from '#storage/open.ts'

interface Parts {
  readonly stores: Pick<Stores, 'apiTokens'>
  readonly clock: Clock
  readonly randomness: Randomness
}

/** Who gives tokens out, for the audit. */
const AUTHOR = 'command line'
const TOKEN_BYTES = 32
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MOST_DAYS = 3_660

/** Tokens of the Management API, as an administrator gives them out. */
export const tokenAdministration = ({ stores: { apiTokens }, clock, randomness }: Parts) => ({
  /** What a token may be allowed. */
  tokenScopes: scopes,
  /** A new token, shown here and never again; undefined when there is one of this name. Throws `settings_invalid`. */
  createToken: async (name: string, allowed: readonly string[], days: number): Promise<Secret | undefined> => {
    assertFit(name, allowed, days)
    const bearer = `usher_api_${randomness.bytes(TOKEN_BYTES).toString('base64url')}`
    const createdAt = clock.now()
    const token = { name, scopes: [...new Set(allowed)], createdAt, expiresAt: createdAt + days * 24 * ONE_HOUR_MS }
    return (await apiTokens.add({ ...token, bearer, by: AUTHOR })) ? new Secret(bearer) : undefined
  },
  /** All but the tokens themselves, those that expired included. */
  listTokens: () => apiTokens.list(),
  /** False when there was none. */
  removeToken: (name: string) => apiTokens.remove(name, { by: AUTHOR, at: clock.now() }),
})

const assertFit = (name: string, allowed: readonly string[], days: number): void => {
  const refuse = (problem: string) => new UsherError('settings_invalid', { detail: { field: 'tokens', problem } })
  if (!NAME.test(name)) throw refuse('a name has letters, digits, ., - and _')
  const stranger = allowed.find((one) => !isScope(one))
  if (stranger !== undefined || allowed.length === 0) throw refuse(`there is no scope "${stranger ?? ''}". There are ${scopes.join(', ')}`)
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) throw refuse(`a token is good for 1 to ${MOST_DAYS} days`)
}
