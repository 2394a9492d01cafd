import assert from 'node:assert/strict'
import { tryExample } from '../../test/rules/try-example.ts'

const rule = 'enrich-from-crm'
const configuration = { CRM_URL: '{vendor}/people?tenant=1', CRM_KEY: 'the key of the CRM' }
const calls = ['GET /people?tenant=1&email=nadia%40partner.example']
const untouched = { user: { customer: undefined }, context: { samlConfiguration: {} } }

await tryExample([
  {
    rule,
    configuration,
    when: 'known there',
    answers: { 'GET /people': { body: { customer: 'c-7' } } },
    expects: {
      user: { customer: 'c-7' },
      context: { samlConfiguration: { mappings: { 'http://schemas.fabrikam.example/claims/customer': 'customer' } } },
      calls,
      sent: ([call]) => assert.equal(call?.headers['authorization'], 'Bearer the key of the CRM'),
    },
  },
  { rule, configuration, when: 'not known there', expects: { ...untouched, calls, said: /warn not enriched: the CRM answered 404/ } },
  {
    rule,
    configuration,
    when: 'an answer that is none',
    answers: { 'GET /people': { body: 'not JSON' } },
    expects: { ...untouched, calls, said: /warn not enriched/ },
  },
  {
    rule,
    configuration: { ...configuration, CRM_URL: 'http://127.0.0.1:9/' },
    when: 'nobody is there',
    expects: { ...untouched, said: /warn not enriched/ },
  },
  { rule, configuration, when: 'an address that is not confirmed is not asked about', user: { email_verified: false }, expects: untouched },
])
