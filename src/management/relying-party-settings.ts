import { z } from 'zod'
import { webAddress } from './web-address.ts'

const domain = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain name')
const email = z.email().transform((text) => text.toLowerCase())

const ONE_HOUR = 3_600

const admission = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('everyone') }),
  z.strictObject({ policy: z.literal('domains'), domains: z.array(domain).min(1) }),
  z.strictObject({ policy: z.literal('invited'), emails: z.array(email) }),
  z.strictObject({ policy: z.literal('rule') }),
])

/** A relying party as an administrator writes it; what is left out is what Microsoft 365 wants. */
export const relyingParty = z.strictObject({
  clientId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, - and _'),
  name: z.string().min(1).max(80),
  protocol: z.literal('wsfed').default('wsfed'),
  realm: z.string().min(1).default('urn:federation:MicrosoftOnline'),
  replyUrls: z.tuple([webAddress], webAddress).default(['https://login.microsoftonline.com/login.srf']),
  format: z.literal('saml11').default('saml11'),
  lifetimeSeconds: z.int().min(60).max(ONE_HOUR).default(300),
  sessionMaxAgeSeconds: z
    .int()
    .min(0)
    .max(24 * ONE_HOUR)
    .default(12 * ONE_HOUR),
  target: z.string().min(1),
  connections: z.array(z.string()).min(1),
  // Nobody takes a paid seat before an administrator says who may.
  admission,
  domains: z.record(domain, z.strictObject({ issuer: z.string().min(1).max(1024) })),
  signInUrl: webAddress.default('https://login.microsoftonline.com/login.srf'),
  signOutUrl: webAddress.optional(),
  links: z.record(z.string().regex(/^[a-z0-9-]{1,64}$/), z.strictObject({ deepLink: webAddress.optional() })).default({}),
  deepLinkPrefixes: z.array(webAddress).default([]),
  subjectsFromRules: z.boolean().optional(),
  sendsFaults: z.boolean().optional(),
  samlConfiguration: z.record(z.string(), z.json()).optional(),
})
