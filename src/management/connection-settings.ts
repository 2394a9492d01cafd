import { z } from 'zod'
import { linkingProblem } from '#kernel/linking.ts'
import { mailDomain } from '#lib/mail-domain.ts'

/** As discovery compares it. */
const homeRealm = z.string().transform((text, issue) => {
  const domain = mailDomain(text)
  if (domain !== undefined) return domain
  issue.addIssue('a mail domain')
  return z.NEVER
})

/** A connection as an administrator writes it. Its own `settings` are read by its type. */
export const connection = z
  .strictObject({
    // Also as Auth0 had it: rules compare it.
    name: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'letters, digits and -'),
    type: z.string().min(1),
    label: z.string().min(1).max(60),
    brand: z.string().optional(),
    disabled: z.literal(true).optional(),
    legacyCallback: z.union([z.literal(true), z.literal('named')]).optional(),
    linking: z.enum(['explicit', 'verified-email']).optional(),
    authoritativeFor: z.array(homeRealm).min(1).max(1_000).optional(),
    homeRealms: z.array(homeRealm).max(1_000).default([]),
    directory: z.strictObject({ immutableIdAttribute: z.string().min(1), userPrincipalNameAttribute: z.string().min(1) }).optional(),
    secondFactor: z.strictObject({ trusted: z.literal(true), amr: z.array(z.string().min(1)).min(1) }).optional(),
    settings: z.record(z.string(), z.unknown()).default({}),
  })
  .superRefine((declared, { addIssue }) => {
    const problem = linkingProblem(declared)
    if (problem !== undefined) addIssue(problem)
  })
  .transform(({ brand, ...rest }) => ({ ...rest, brand: brand ?? rest.type }))
