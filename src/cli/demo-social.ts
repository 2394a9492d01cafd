import { Secret } from '#kernel/secret.ts'

/** Sites of the emulator where people have accounts, and how its connections are called. */
export const DEMO_SOCIAL = ['linkedin', 'facebook', 'github'] as const

export const DEMO_SOCIAL_CLIENT = 'usher-demo'

type Sites = Readonly<Record<(typeof DEMO_SOCIAL)[number], string>>

/** Connections to the pretend LinkedIn, Facebook and GitHub. They differ from real ones in their addresses alone. */
export const demoSocial = (at: Sites, secretOf: (site: string) => string) => {
  const client = (site: string) => ({ clientId: DEMO_SOCIAL_CLIENT, clientSecret: new Secret(secretOf(site)) })
  const graph = `${at.facebook}/v25.0`
  const github = `${at.github}/login/oauth`
  return [
    { name: 'linkedin', type: 'linkedin', label: 'LinkedIn', settings: { issuer: `${at.linkedin}/oauth`, ...client('linkedin') } },
    {
      name: 'facebook',
      type: 'facebook',
      label: 'Facebook',
      settings: {
        issuer: at.facebook,
        authorizationUrl: `${graph}/dialog/oauth`,
        tokenUrl: `${graph}/oauth/access_token`,
        profileUrl: `${graph}/me?fields=id,name,first_name,last_name,email`,
        ...client('facebook'),
      },
    },
    {
      name: 'github',
      type: 'github',
      label: 'GitHub',
      settings: {
        issuer: github,
        authorizationUrl: `${github}/authorize`,
        tokenUrl: `${github}/access_token`,
        profileUrl: `${at.github.replace('//', '//api.')}/user`,
        ...client('github'),
      },
    },
  ]
}

/** What the pretend providers are told: our secret, and where people come back to. */
export const demoSocialClients = (publicUrl: URL, secretOf: (site: string) => string) =>
  DEMO_SOCIAL.map((site) => ({
    path: `/social/${site}/${DEMO_SOCIAL_CLIENT}`,
    client: { secret: secretOf(site), redirectUris: [new URL(`/login/callback/${site}`, publicUrl).href] },
  }))
