import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'verified-addresses-only'
const refused = { denied: { message: 'Confirm your e-mail address first, then sign in again.', isRefusal: true } }

await tryExample([
  { rule, when: 'confirmed', expects: {} },
  { rule, when: 'not confirmed', user: { email_verified: false }, expects: refused },
  { rule, when: 'a text where a yes should be', user: { email_verified: 'true' }, expects: refused },
  { rule, when: 'nothing is said about it', user: { email_verified: undefined }, expects: refused },
  { rule, when: 'without an address', user: { email: undefined }, expects: refused },
])
