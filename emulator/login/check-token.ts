import type { DirectoryView, World } from '../world.ts'
import type { DirectoryUser, Domain, Federation } from '../world-state.ts'
import { type Assertion, claimsSecondFactor, findAssertion, immutableIdOf, readAssertion, userPrincipalNameOf } from './assertion.ts'
import { verifyAssertion } from './assertion-signature.ts'
import { SignInRefused } from './refusal.ts'
import { attributeOf } from './xml.ts'

/** What Microsoft found out about an accepted token. */
export interface AcceptedToken {
  readonly user: DirectoryUser
  readonly domain: Domain
  readonly assertion: Assertion
  readonly hasSecondFactor: boolean
  /** Things Microsoft lets pass that Usher should not do. */
  readonly warnings: readonly string[]
}

/** Judges what is posted to `login.srf`. */
export interface TokenChecker {
  /** Throws `SignInRefused`; the first thing that is wrong decides, in Microsoft's order. */
  readonly check: (wresult: string) => AcceptedToken
}

const AUDIENCE = 'urn:federation:MicrosoftOnline'
const FIVE_MINUTES_MS = 5 * 60_000

type FederatedDomain = Domain & { readonly federation: Federation }

const isFederated = (domain: Domain): domain is FederatedDomain => domain.federation !== undefined

const findRealm = (world: World, issuer: string): FederatedDomain => {
  const realms = Object.values(world.state.domains).filter(isFederated)
  const realm = realms.find(({ federation }) => federation.issuerUri === issuer)
  if (realm === undefined) {
    throw new SignInRefused(50107, `The requested federation realm object '${issuer}' does not exist.`)
  }
  return realm
}

const certificatesOf = ({ signingCertificate, nextSigningCertificate }: Federation): readonly string[] =>
  nextSigningCertificate === undefined ? [signingCertificate] : [signingCertificate, nextSigningCertificate]

const checkValidity = ({ notBefore, notOnOrAfter }: Assertion, now: number): void => {
  // NaN compares false, so a missing or misspelled time is refused as well.
  const isValid = notBefore <= now + FIVE_MINUTES_MS && now - FIVE_MINUTES_MS < notOnOrAfter
  if (!isValid) throw new SignInRefused(500133, 'Assertion is not within its valid time range.')
}

const checkAudience = ({ audiences }: Assertion): void => {
  if (audiences.length !== 1 || audiences[0] !== AUDIENCE) {
    throw new SignInRefused(50008, `SAML token is invalid. The audience is not ${AUDIENCE}.`)
  }
}

const checkSubject = (assertion: Assertion): string => {
  const immutableId = immutableIdOf(assertion)
  if (immutableId === '') throw new SignInRefused(90020, 'The SAML 1.1 Assertion is missing ImmutableID of the user.')
  const isNamedEverywhere = assertion.nameIdentifiers.length > 1 && assertion.nameIdentifiers.every((name) => name === immutableId)
  if (!isNamedEverywhere || userPrincipalNameOf(assertion) === '') {
    throw new SignInRefused(50008, 'SAML token is invalid. Its subject is missing or not the same in every statement.')
  }
  return immutableId
}

const findUser = (view: DirectoryView, immutableId: string, tenantName: string): DirectoryUser => {
  const user = view.live().find(({ onPremisesImmutableId }) => onPremisesImmutableId === immutableId)
  if (user !== undefined) return user
  throw new SignInRefused(
    51004,
    `The user account ${immutableId} does not exist in the ${tenantName} directory. ` +
      'To sign into this application, the account must be added to the directory.',
  )
}

const checkSecondFactor = (world: World, domain: FederatedDomain, isClaimed: boolean): void => {
  if (!world.scenarios.isOn('requireMfa')) return
  switch (domain.federation.federatedIdpMfaBehavior) {
    case 'acceptIfMfaDoneByFederatedIdp':
      if (isClaimed) return
      throw new SignInRefused(50076, 'You must use multi-factor authentication to access this resource.')
    case 'enforceMfaByFederatedIdp':
      if (isClaimed) return
      throw new SignInRefused(50079, 'The federated user must present an MFA claim from its identity provider.')
    case 'rejectMfaByFederatedIdp':
      throw new SignInRefused(50076, 'You must use multi-factor authentication here; your provider’s does not count.')
  }
}

const warningsFor = (assertion: Assertion, user: DirectoryUser, wasUsed: boolean): readonly string[] => [
  ...(userPrincipalNameOf(assertion).toLowerCase() === user.userPrincipalName.toLowerCase() ? [] : ['upn-differs']),
  ...(wasUsed ? ['assertion-replayed'] : []),
]

export const createTokenChecker = (world: World): TokenChecker => {
  const seen = new Set<string>()
  const noteUse = (id: string): boolean => {
    const wasUsed = seen.has(id)
    seen.add(id)
    if (wasUsed && world.scenarios.isOn('refuseReplay')) {
      throw new SignInRefused(50008, 'SAML token is invalid. The assertion was used before.')
    }
    return wasUsed
  }
  return {
    check: (wresult) => {
      const unverified = findAssertion(wresult)
      const domain = findRealm(world, attributeOf(unverified, 'Issuer'))
      const assertion = readAssertion(verifyAssertion(wresult, unverified, certificatesOf(domain.federation)))
      checkValidity(assertion, world.clock.now())
      checkAudience(assertion)
      const wasUsed = noteUse(assertion.id)
      const user = findUser(world.signInView(), checkSubject(assertion), world.state.tenantName)
      if (world.domainOf(user.userPrincipalName)?.name !== domain.name) {
        throw new SignInRefused(5000820, 'Sign-in blocked by Federated Token Validation policy.')
      }
      if (!user.accountEnabled) throw new SignInRefused(50057, 'The user account is disabled.')
      const hasSecondFactor = claimsSecondFactor(assertion)
      checkSecondFactor(world, domain, hasSecondFactor)
      return { user, domain, assertion, hasSecondFactor, warnings: warningsFor(assertion, user, wasUsed) }
    },
  }
}
