/** Who calls the Management API. */
export interface Principal {
  /** For the audit: `token ci`, `rule 4f2c…`. */
  readonly name: string
  readonly scopes: readonly string[]
  /** The sign-in on whose behalf, when there is one. */
  readonly reference?: string
}

/** Undefined for a token that is unknown, was taken away or expired; throws when it cannot tell. */
export type PrincipalOf = (bearer: string) => Promise<Principal | undefined>

/** Tokens that administrators made; storage has this shape. */
export interface TokenBook {
  readonly find: (bearer: string, at: number) => Promise<{ readonly name: string; readonly scopes: readonly string[] } | undefined>
}

/** Callers from outside. */
export const administratorTokens =
  (tokens: TokenBook, clock: { readonly now: () => number }): PrincipalOf =>
  async (bearer) => {
    const found = await tokens.find(bearer, clock.now())
    return found && { name: `token ${found.name}`, scopes: found.scopes }
  }
