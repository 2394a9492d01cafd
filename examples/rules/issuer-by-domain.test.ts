import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'issuer-by-domain'
const configuration = { ISSUERS: '{"fabrikam.example":"urn:fabrikam.example","second.example":"urn:second.example"}' }
const issued = (samlConfiguration: unknown) => ({ context: { samlConfiguration } })

await tryExample([
  { rule, configuration, when: 'by name', user: { upn: 'n@Second.example' }, expects: issued({ issuer: 'urn:second.example' }) },
  { rule, configuration, when: 'by address', user: { email: 'n@fabrikam.example' }, expects: issued({ issuer: 'urn:fabrikam.example' }) },
  { rule, configuration, when: 'of no such domain', expects: issued({}) },
  { rule, configuration, when: 'of a domain that is no key', user: { email: 'n@constructor' }, expects: issued({}) },
  { rule, when: 'not configured yet', expects: { denied: { message: /JSON/, isRefusal: false } } },
])
