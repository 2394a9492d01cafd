import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issuerFor } from './issuer.ts'

const relyingParty = { domains: { 'fabrikam.com': { issuer: 'urn:one' }, 'guests.fabrikam.com': { issuer: 'urn:two' } } }

test('the issuer is that of the nearest federated domain above the name', () => {
  assert.equal(issuerFor('ada@fabrikam.com', relyingParty), 'urn:one')
  assert.equal(issuerFor('ada@GUESTS.fabrikam.com', relyingParty), 'urn:two')
  assert.equal(issuerFor('ada@sub.guests.fabrikam.com', relyingParty), 'urn:two')
})

test('a name in no federated domain gets no token', () => {
  for (const name of ['ada@evilfabrikam.com', 'ada@com', 'ada@fabrikam.com.evil.example', 'fabrikam', 'ada@constructor'])
    assert.throws(() => issuerFor(name, relyingParty), { message: 'domain_not_federated' }, name)
})
