import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { AT } from '../../support/stores.ts'
import { connectionOf, openLinkingArena } from './arena.ts'

const ADDRESS = 'ceo@gmail.com'

/** What whoever runs a provider may say of anybody. */
const waiting: Profile = {
  issuer: 'https://partner.example',
  subject: 'mallory',
  names: {},
  email: ADDRESS,
  emailVerified: true,
  attributes: {},
  authentication: { at: AT, method: 'federated' },
}

const atGoogle: Profile = { ...waiting, issuer: 'https://accounts.google.com', subject: 'the owner', emailAuthority: true }
const google = connectionOf('google', 'google', { linking: 'verified-email' })

const partner = (type: string, more: Partial<ConnectionSettings>) => connectionOf('partner', type, more)
const GIVES = { linking: 'verified-email', authoritativeFor: ['partner.example'] } as const

for (const type of ['oidc', 'oauth2', 'saml', 'ldap'])
  for (const more of [{ linking: 'explicit' }, GIVES] as const)
    test(`who runs a provider (${type}, ${more.linking}) does not wait with somebody’s address for them to come by another`, async (t) => {
      const connection = partner(type, more)
      const { arrive, lines, close } = await openLinkingArena([google, connection])
      t.after(close)
      const mallory = await arrive(waiting, connection)
      const owner = await arrive(atGoogle, google)
      assert.notEqual(owner.id, mallory.id)
      assert.deepEqual(owner.identity, { connection: google.id, issuer: atGoogle.issuer, subject: atGoogle.subject })
      assert.deepEqual(
        lines.filter(({ event }) => event === 'user_linked'),
        [],
      )
    })

test('where the administrator says that it gives those addresses, its people are found', async (t) => {
  const connection = partner('oidc', { ...GIVES, authoritativeFor: ['gmail.com'] })
  const { arrive, close } = await openLinkingArena([google, connection])
  t.after(close)
  assert.equal((await arrive(waiting, connection)).id, (await arrive(atGoogle, google)).id)
})
