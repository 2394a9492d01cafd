import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { OAuth2Provider } from './oauth2-row.ts'
import { notFromHere } from '../provider-row.ts'

const GRAPH = 'https://graph.facebook.com/v25.0'

const inspected = z.object({
  data: z.object({ app_id: z.string(), type: z.literal('USER'), is_valid: z.literal(true), user_id: z.string() }),
})

/** Facebook Login. Its access tokens say nothing of whom they were made for: Facebook is asked. */
export const facebook: OAuth2Provider = {
  defaults: {
    issuer: 'https://www.facebook.com',
    authorizationUrl: 'https://www.facebook.com/v25.0/dialog/oauth',
    tokenUrl: `${GRAPH}/oauth/access_token`,
    profileUrl: `${GRAPH}/me?fields=id,name,first_name,last_name,email`,
    scopes: ['public_profile', 'email'],
    endpointHosts: ['facebook.com'],
  },
  ways: {
    pkce: true,
    secretIn: 'form',
    // Facebook does not say whether an address was confirmed, so none is taken for the person's own. It may be missing:
    // people can keep it back, and accounts made with a telephone have none.
    profile: { subject: 'id', email: 'email', emailVerified: false, name: 'name', givenName: 'first_name', familyName: 'last_name' },
  },
  freshness: 'nothing',
  /** "Secure Graph API calls": whoever only has the token cannot use it. */
  proof: ({ accessToken, settings }) => ({
    appsecret_proof: createHmac('sha256', settings.clientSecret.reveal()).update(accessToken).digest('hex'),
  }),
  complete: async (profile, { accessToken, settings, ask }) => {
    const address = new URL('debug_token', settings.profileUrl)
    address.searchParams.set('input_token', accessToken)
    const about = inspected.safeParse(await ask(address, `${settings.clientId}|${settings.clientSecret.reveal()}`))
    // A token that somebody gave to another app would let that app in as them.
    if (!about.success || about.data.data.app_id !== settings.clientId) throw notFromHere('app_id')
    if (about.data.data.user_id !== profile.id) throw notFromHere('user_id')
    return profile
  },
}
