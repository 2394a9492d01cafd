import { createPrivateKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { ONE_MINUTE_MS, ONE_SECOND_MS } from '#kernel/clock.ts'
import type { Secret } from '#kernel/secret.ts'
import { secretSetting } from './oidc-settings.ts'
import type { UpstreamClaims } from '../profile.ts'
import { follows, ownSettings, type ProofOrder } from '../provider-row.ts'

const PROOF_LASTS_MS = 5 * ONE_MINUTE_MS

const idOf = (what: string) => z.string().regex(/^[A-Z0-9]{10}$/, `${what}: ten letters and digits`)

/** Reads what Apple's developer site hands out as a .p8 file; undefined when it is not such a key. */
const keyIn = (secret: Secret): KeyObject | undefined => {
  try {
    const key = createPrivateKey(secret.reveal())
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

const shape = {
  teamId: idOf('the team'),
  keyId: idOf('the key'),
  privateKey: secretSetting.refine((secret) => keyIn(secret) !== undefined, 'the key Apple handed out: PEM, on curve P-256'),
  clientSecret: follows('privateKey'),
}

/** Sign in with Apple: our secret is a key that signs what we send, and people's names come in a form beside the tokens. */
export const appleDeveloper = ownSettings(shape, ({ teamId, keyId, privateKey }) => ({
  settings: { clientSecret: privateKey },
  provider: { proof: proofOf(teamId, keyId, privateKey), read: (claims, answer) => ({ ...namesIn(answer.get('user')), ...claims }) },
}))

/** A client secret as Apple takes it ("Creating a client secret"): signed, and good for minutes instead of months. */
const proofOf = (teamId: string, keyId: string, privateKey: Secret) => {
  let key: KeyObject | undefined
  return async ({ clientId, issuer, now }: ProofOrder): Promise<string> => {
    // Read once: that takes as long as signing with it.
    key ??= createPrivateKey(privateKey.reveal())
    // Loaded with the first person, as the exchange itself is.
    const { SignJWT } = await import('jose')
    return new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt(Math.floor(now / ONE_SECOND_MS))
      .setExpirationTime(Math.floor((now + PROOF_LASTS_MS) / ONE_SECOND_MS))
      .sign(key)
  }
}

const LONGEST_USER = 4_096
const user = z.object({ name: z.object({ firstName: z.string().optional(), lastName: z.string().optional() }) })

/**
 * What the browser brings along when somebody agrees for the first time, and never again. Nobody signed it: it is taken for
 * names, which decide nothing, and for no address and no identity.
 */
const namesIn = (text: string | null): UpstreamClaims => {
  if (text === null || text.length > LONGEST_USER) return {}
  const read = user.safeParse(parsed(text))
  if (!read.success) return {}
  const { firstName, lastName } = read.data.name
  return { ...(firstName && { given_name: firstName }), ...(lastName && { family_name: lastName }) }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
