import { X509Certificate } from 'node:crypto'
import type { RelyingParty } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import { wsfed } from '#protocols/wsfed/wsfed.ts'
import type { TokenOrder } from '#tokens/format.ts'
import { saml11 } from '#tokens/saml11.ts'
import { microsoft365, orderOf, PUBLIC_URL, seeded, settingsWith, sharedKeys, visitTo } from '../../support/wsfed-samples.ts'

const randomness = seeded('interop')
const protocol = async () => wsfed({ publicUrl: PUBLIC_URL, certificates: await sharedKeys(), randomness })

/** A signed assertion as Usher writes it. */
export const issue = async (changes: Partial<TokenOrder> = {}): Promise<string> =>
  (await saml11({ keys: await sharedKeys(), randomness }).issue(orderOf(changes))).value

/** What Usher posts to the relying party: `wresult`. */
export const respond = async (changes: Partial<TokenOrder> = {}): Promise<string> => {
  const arrival = await (await protocol()).parse(
    visitTo(`/wsfed/m365?wa=wsignin1.0&wtrealm=${microsoft365.realm}`),
    settingsWith(microsoft365),
  )
  if (arrival.kind !== 'sign-in') throw new Error('no sign-in')
  const token = await saml11({ keys: await sharedKeys(), randomness }).issue(orderOf(changes))
  const answer = (await protocol()).respond(arrival.request, token, microsoft365)
  return answer.kind === 'post-form' ? (answer.fields.wresult ?? '') : ''
}

/** What Usher publishes about itself. */
export const metadata = async (relyingParty: RelyingParty = microsoft365): Promise<string> => {
  const visit = visitTo(`/wsfed/${relyingParty.clientId}/FederationMetadata/2007-06/FederationMetadata.xml`)
  const arrival = await (await protocol()).parse(visit, settingsWith(relyingParty))
  if (arrival.kind !== 'answered') throw new Error('no answer')
  return bodyOf(arrival.answer)
}

const bodyOf = (answer: Answer): string => (answer.kind === 'document' ? answer.body : '')

/** The certificates Usher publishes, in PEM: the one in use, then the next. */
export const certificates = async (): Promise<readonly string[]> =>
  (await sharedKeys()).published().map((der) => new X509Certificate(Buffer.from(der, 'base64')).toString())
