import { oidcType } from '#connections/oidc/oidc.ts'
import type { Profile } from '#kernel/person.ts'
import { ANNA } from '../../support/fake-provider/provider-state.ts'
import type { TokenClaims } from '../../support/fake-provider/signing.ts'
import { oauth2Rows, oauth2Stage } from '../../support/oauth2-stage.ts'
import { oidcStage } from '../../support/oidc-stage.ts'
import { socialRows, socialStage } from '../../support/social-stage.ts'

/** What a provider writes where it says whether an address is verified. */
export const CLAIMS: Readonly<Record<string, unknown>> = {
  true: true,
  '"true"': 'true',
  '"false"': 'false',
  '1': 1,
  absent: undefined,
  null: null,
}

interface Told {
  readonly email: string
  readonly claim: unknown
  /** The domain Google counts them to. */
  readonly domain?: string
}

type Stage = ReturnType<typeof oidcStage>

const comeBackFrom = async ({ leave, comeBack, provider }: Stage): Promise<Profile> => {
  const leg = await leave()
  return comeBack(provider.authorize(leg.location), leg)
}

const google = ({ email, claim, domain }: Told): Stage =>
  socialStage(socialRows.google, { person: said({ ...ANNA, email, email_verified: claim, ...(domain && { hd: domain }) }) })

const microsoft = ({ email, claim }: Told): Stage => {
  const { person } = socialRows.microsoft.provider
  // Microsoft has no claim of the usual name; an attacker's tenant may try with one all the same.
  return socialStage(socialRows.microsoft, { person: said({ ...person, email, email_verified: true, xms_edov: claim }) })
}

const facebook = ({ email, claim }: Told): Stage =>
  oauth2Stage(oauth2Rows.facebook, {
    person: said({ ...oauth2Rows.facebook.provider.person, email, email_verified: claim, verified: claim }),
  })

/** Without what is absent. */
const said = (claims: TokenClaims): TokenClaims => Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

const stages: Readonly<Record<string, (told: Told) => Stage>> = {
  google,
  microsoft,
  linkedin: ({ email, claim }) => socialStage(socialRows.linkedin, { person: said({ ...ANNA, email, email_verified: claim }) }),
  facebook,
  apple: ({ email, claim }) => socialStage(socialRows.apple, { person: said({ sub: ANNA.sub, email, email_verified: claim }) }),
  oidc: ({ email, claim }) => oidcStage({ typeOf: oidcType, person: said({ ...ANNA, email, email_verified: claim }) }),
}

export const PROVIDERS: readonly string[] = Object.keys(stages)

/** What the real connection makes of what its provider says. */
export const profileAt = (provider: string, told: Told): Promise<Profile> => {
  const stage = stages[provider]
  if (!stage) throw new Error(`there is no ${provider}`)
  return comeBackFrom(stage(told))
}
