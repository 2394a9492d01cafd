import { PresenceFilter } from 'ldapts'
import { LdapFailure } from './ldap-failure.ts'
import type { BindOutcome, LdapLink } from './ldap-link.ts'
import type { LdapServers } from './ldap-servers.ts'

/**
 * How directories say that this name and password are not taken (RFC 4511 appendix A): constraint violation, no such
 * object, invalid name, inappropriate authentication, invalid credentials, unwilling to perform. Anything else says
 * something about the directory.
 */
const NOT_TAKEN: ReadonlySet<number> = new Set([19, 32, 34, 48, 49, 53])

/**
 * Whether a directory takes this password for this name: on a connection of its own, which is closed whatever comes of
 * it, so that nobody's rights are ever left on one that others use. Throws `LdapFailure` when it cannot tell.
 */
export const bindAs = async (servers: Pick<LdapServers, 'open' | 'blame'>, dn: string, password: string): Promise<BindOutcome> => {
  const link = await servers.open()
  try {
    const outcome = await link.bind(dn, password)
    if (outcome.isRight) await assertSomebody(link, dn)
    else if (!NOT_TAKEN.has(outcome.code)) throw new LdapFailure(`bind refused, code ${outcome.code}`)
    return outcome
  } catch (error) {
    // Not asked elsewhere: who did not answer may have counted the password all the same.
    servers.blame(link, error)
    throw error
  } finally {
    link.close()
  }
}

/** A bind that succeeded may still have made us nobody (RFC 4513 §5.1.2). */
const assertSomebody = async (link: LdapLink, dn: string): Promise<void> => {
  const identity = await link.whoAmI()
  if (identity === undefined) return assertSeesItself(link, dn)
  if (/^(dn:|u:)?\s*$/i.test(identity)) throw new LdapFailure('the directory took a person for nobody')
}

const assertSeesItself = async (link: LdapLink, dn: string): Promise<void> => {
  const filter = new PresenceFilter({ attribute: 'objectClass' })
  const [itself] = await link.search({ base: dn, scope: 'base', filter, attributes: ['1.1'] })
  if (!itself) throw new LdapFailure('a person does not find their own entry')
}
