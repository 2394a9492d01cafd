import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'allowed-domains'
const configuration = { ALLOWED_DOMAINS: 'Partner.example, other.example' }
const refused = { denied: { message: 'Sign in with the address of an organization we work with.', isRefusal: true } }

await tryExample([
  { rule, configuration, when: 'a partner', expects: {} },
  { rule, configuration, when: 'a partner who writes it in capitals', user: { email: 'N@OTHER.EXAMPLE' }, expects: {} },
  { rule, configuration, when: 'a stranger', user: { email: 'eve@elsewhere.example' }, expects: refused },
  { rule, configuration, when: 'a name that only begins alike', user: { email: 'eve@partner.example.evil.example' }, expects: refused },
  { rule, configuration, when: 'a name that only ends alike', user: { email: 'eve@notpartner.example' }, expects: refused },
  { rule, configuration, when: 'a second @', user: { email: 'eve@partner.example@evil.example' }, expects: refused },
  { rule, configuration, when: 'not confirmed', user: { email_verified: false }, expects: refused },
  { rule, configuration, when: 'without an address', user: { email: undefined }, expects: refused },
  { rule, when: 'not configured yet', expects: refused },
  { rule, when: 'neither configured nor with an address', user: { email: '' }, expects: refused },
])
