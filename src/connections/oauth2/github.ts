import { z } from 'zod'
import type { OAuth2Provider } from './oauth2-row.ts'
import { notFromHere } from '../provider-row.ts'

const addresses = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() })).max(1_000)

/** GitHub. The profile shows an address the person chose to show; the primary one, and whether it is verified, is asked for. */
export const github: OAuth2Provider = {
  defaults: {
    // As GitHub calls itself where it calls itself anything (RFC 8414, RFC 9207).
    issuer: 'https://github.com/login/oauth',
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    profileUrl: 'https://api.github.com/user',
    scopes: ['read:user', 'user:email'],
  },
  ways: {
    pkce: true,
    secretIn: 'form',
    profile: { subject: 'id', email: 'email', emailVerified: 'email_verified', name: 'name' },
  },
  freshness: 'choose',
  complete: async (profile, { accessToken, settings, ask }) => {
    const address = new URL(settings.profileUrl)
    address.pathname += '/emails'
    const all = addresses.safeParse(await ask(address, accessToken))
    if (!all.success) throw notFromHere('emails')
    const primary = all.data.find((one) => one.primary)
    const { login, avatar_url: picture } = profile
    return { ...profile, email: primary?.email, email_verified: primary?.verified === true, nickname: login, picture }
  },
}
