import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ISSUER, microsoft365, settingsWith } from '../../test/support/wsfed-samples.ts'
import { wishedIssuer, wishedNameId, wishedParty } from './token-wishes.ts'

const sharepoint = { ...microsoft365, clientId: 'sharepoint', realm: 'urn:sharepoint:intranet' }
const settings = settingsWith(microsoft365, sharepoint)
const refused = { code: 'token_refused' }

test('an issuer that belongs to a domain of the relying party is taken, any other ends the sign-in', () => {
  const party = { domains: { ...microsoft365.domains, 'other.example': { issuer: 'urn:other' } } }
  assert.equal(wishedIssuer(ISSUER, party, undefined), ISSUER)
  assert.equal(wishedIssuer(ISSUER, party, { issuer: 'urn:other' }), 'urn:other')
  assert.throws(() => wishedIssuer(ISSUER, party, { issuer: 'urn:of:another:tenant' }), refused)
})

test('an audience is never another relying party’s', () => {
  assert.equal(wishedParty(microsoft365, { audience: 'urn:mine' }, settings).realm, 'urn:mine')
  assert.throws(() => wishedParty(microsoft365, { audience: 'urn:sharepoint:intranet' }, settings), refused)
})

test('a lifetime is shortened and never made longer', () => {
  assert.equal(wishedParty(microsoft365, { lifetimeSeconds: 60 }, settings).lifetimeSeconds, 60)
  assert.equal(wishedParty(microsoft365, { lifetimeSeconds: 86_400 }, settings).lifetimeSeconds, microsoft365.lifetimeSeconds)
})

test('a name ID is one of the subject’s own two names, whatever is probed for', () => {
  const mail = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'
  assert.equal(wishedNameId({}), undefined)
  assert.equal(wishedNameId({ nameIdentifierProbes: [mail] }), undefined)
  assert.equal(wishedNameId({ nameIdentifierProbes: [mail, 'http://schemas.xmlsoap.org/claims/UPN'] }), 'userPrincipalName')
  assert.equal(wishedNameId({ nameIdentifierProbes: ['__proto__', 'constructor'] }), undefined)
})
