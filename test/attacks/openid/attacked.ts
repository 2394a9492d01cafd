import { ANNA } from '../../support/fake-provider/provider-state.ts'
import { type OAuth2Row, oauth2Rows, oauth2Stage } from '../../support/oauth2-stage.ts'
import { oidcStage, type OidcStage } from '../../support/oidc-stage.ts'
import { type SocialRow, socialRows, socialStage } from '../../support/social-stage.ts'
import { type Attack, INVALID } from './attack.ts'
import { claimAttacks } from './claims.ts'
import { documentAttacks } from './documents.ts'
import { signatureAttacks } from './signatures.ts'
import { at, plainAttacks, wireAttacks } from './wire.ts'

/** A kind of connection, and who may lie to it in which ways. */
interface Attacked {
  readonly name: string
  readonly open: (changed?: Parameters<typeof oidcStage>[0]) => OidcStage
  /** Who signs in when nobody lies. */
  readonly subject: string
  readonly attacks: readonly Attack[]
  /** What is none here. */
  readonly except: readonly string[]
  /** Set where only the state ties an answer to its departure: a code from elsewhere that comes with our state is taken. */
  readonly isBoundByState: boolean
}

const all: readonly Attack[] = [...claimAttacks, ...signatureAttacks, ...wireAttacks, ...documentAttacks]

/** What a row can change: the claims that count, and the way an answer comes. */
const changed: readonly Attack[] = [...claimAttacks, ...wireAttacks]

const social = (name: string, row: SocialRow, attacks: readonly Attack[], except: readonly string[] = []): Attacked => ({
  name,
  open: (provider) => socialStage(row, provider),
  subject: ANNA.sub,
  attacks,
  except,
  isBoundByState: row.provider.binding === 'state',
})

const oauth2 = (row: OAuth2Row, attacks: readonly Attack[] = [], except: readonly string[] = []): Attacked => ({
  name: row.type,
  open: (provider) => oauth2Stage(row, provider),
  subject: row.subject,
  attacks: [...plainAttacks, ...at('/userinfo', INVALID), ...attacks],
  // Nobody promised to name itself.
  except: ['the browser brings no issuer where one was promised', ...except],
  isBoundByState: false,
})

export const attacked: readonly Attacked[] = [
  { name: 'oidc', open: (provider) => oidcStage(provider), subject: ANNA.sub, attacks: all, except: [], isBoundByState: false },
  social('google-workspace', socialRows['google-workspace'], changed),
  // Its ID tokens, as Microsoft's, are checked by ourselves alone.
  social('linkedin', socialRows.linkedin, [...changed, ...signatureAttacks], ['the token says no nonce']),
  social('microsoft', socialRows.microsoft, changed),
  social('apple', socialRows.apple, changed),
  oauth2(oauth2Rows.oauth2),
  oauth2(oauth2Rows.facebook, at('/besides', INVALID)),
  // No address at all is an answer.
  oauth2(oauth2Rows.github, at('/besides', INVALID), ['/besides answers a list']),
]
