import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowsLinking, authoritativeAddress, comparableAddress, linkingProblem } from './linking.ts'

const directory = { immutableIdAttribute: 'i', userPrincipalNameAttribute: 'u' }
const dana = { email: 'Dana@Fabrikam.example', emailVerified: true, emailAuthority: true } as const
const partners = { type: 'oidc', linking: 'verified-email', authoritativeFor: ['fabrikam.example'] } as const
const google = { type: 'google', linking: 'verified-email' } as const

test('addresses are compared in ASCII lower case, and nothing else is folded', () => {
  assert.equal(comparableAddress('Dana.W+x@Fabrikam.EXAMPLE'), 'dana.w+x@fabrikam.example')
  for (const other of ['dana@fabri\u212aam.example', 'd\u00e1na@fabrikam.example', 'dana fabrikam@a.example', 'dana', '@a', 'a@', ''])
    assert.equal(comparableAddress(other), undefined, other)
})

test('an address says who somebody is where the provider gives it, or where the administrator says so', () => {
  const { emailAuthority: _, ...plain } = dana
  assert.equal(authoritativeAddress(dana, google), 'dana@fabrikam.example')
  assert.equal(authoritativeAddress(plain, partners), 'dana@fabrikam.example')
})

const never = [
  ['of no verified address', { ...dana, emailVerified: false }, google],
  ['without the authority of who says it', { email: dana.email, emailVerified: true }, google],
  ['of a domain that only ends alike', { ...dana, email: 'dana@evilfabrikam.example' }, partners],
  ['of a domain below the named one', { ...dana, email: 'dana@sub.fabrikam.example' }, partners],
  ['where nothing is linked', dana, { type: 'google' }],
  ['where people link themselves', dana, { type: 'google', linking: 'explicit' }],
  ['of a directory', dana, { ...partners, directory }],
  ['of a provider that is no authority, whatever is set', dana, { ...partners, type: 'linkedin' }],
  ['of Facebook, whatever is set', dana, { ...partners, type: 'facebook' }],
  ['of our own passwords, whatever is set', dana, { ...partners, type: 'database' }],
  ['of somebody who has none', { emailVerified: true, emailAuthority: true }, google],
] as const
for (const [what, profile, settings] of never)
  test(`nobody is anybody else by an address ${what}`, () => assert.equal(authoritativeAddress(profile, settings), undefined))

test('a directory’s people are never linked', () => {
  assert.equal(allowsLinking({ linking: 'explicit' }), true)
  for (const one of [{}, { linking: 'explicit', directory }] as const) assert.equal(allowsLinking(one), false)
})

const wrong = [
  { type: 'saml', linking: 'explicit', directory },
  { type: 'oidc', authoritativeFor: ['a.example'] },
  { type: 'oidc', linking: 'explicit', authoritativeFor: ['a.example'] },
  { type: 'oidc', linking: 'verified-email' },
  { type: 'google', linking: 'verified-email', authoritativeFor: ['a.example'] },
  ...['linkedin', 'facebook', 'apple', 'github', 'microsoft-personal', 'database', 'something'].map((type) => ({
    type,
    linking: 'verified-email' as const,
  })),
] as const
for (const settings of wrong)
  test(`settings that would link without knowing by what are refused: ${JSON.stringify(settings)}`, () =>
    assert.ok(linkingProblem(settings)))

test('settings that say enough are taken', () => {
  const all = [
    partners,
    google,
    { type: 'microsoft', linking: 'verified-email' },
    { type: 'linkedin', linking: 'explicit' },
    { type: 'x' },
  ] as const
  for (const one of all) assert.equal(linkingProblem(one), undefined)
})
