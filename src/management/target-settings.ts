import { z } from 'zod'
import { Secret } from '#kernel/secret.ts'
import { webAddress } from './web-address.ts'

const guid = z.guid()
const TEN_SECONDS_MS = 10_000

const credential = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('secret'),
    secret: z.instanceof(Secret, { error: 'give it as {"secretFile": …} or {"secretEnv": …}' }),
  }),
  z.strictObject({ kind: z.literal('certificate'), certificatePem: z.string(), privateKeyPem: z.instanceof(Secret) }),
])

const license = z.strictObject({
  skuId: guid,
  cap: z.int().min(0),
  floor: z.int().min(0).default(0),
  disabledPlans: z.array(guid).default([]),
})

/** A target as an administrator writes it. */
export const target = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,64}$/, 'lower-case letters, digits and -'),
    type: z.literal('graph').default('graph'),
    tenant: z.string().min(1),
    clientId: guid,
    credential,
    cloud: z.enum(['global', 'us-government', 'us-dod', 'china', 'local']).default('global'),
    addresses: z.strictObject({ login: webAddress, graph: webAddress }).optional(),
    domain: z.string().toLowerCase().min(3),
    userPrincipalName: z.enum(['name', 'opaque']).default('name'),
    protectedNames: z.array(z.string()).default([]),
    usageLocation: z.strictObject({
      default: z.string().regex(/^[A-Z]{2}$/, 'two letters, for example DE'),
      fromAttribute: z.string().optional(),
    }),
    licenses: z.array(license).default([]),
    settleMs: z.int().min(0).max(300_000).default(TEN_SECONDS_MS),
  })
  .refine((one) => (one.cloud === 'local') === (one.addresses !== undefined), {
    path: ['addresses'],
    error: 'goes with cloud "local", and only with it',
  })
