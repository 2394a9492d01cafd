import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { ALICE, aliceWith, AT, type LdapStageOptions, ldapStage } from '../../../test/support/fake-ldap-stage.ts'
import { accountRefusal } from './ldap-account.ts'

const opened: { readonly close: () => Promise<void> }[] = []
after(() => Promise.all(opened.map((one) => one.close())))

/** What comes of Alice's sign-in: a code, `wrong`, or `in`. */
const outcomeOf = async (options: LdapStageOptions, password = ALICE.password ?? ''): Promise<string> => {
  const { connection, right, directory } = await ldapStage(options)
  opened.push(directory)
  try {
    return (await connection.verify({ ...right, password })) ? 'in' : 'wrong'
  } catch (error) {
    return error instanceof UsherError ? error.code : String(error)
  }
}

/** A directory that refuses Alice's bind as Active Directory does. */
const refusing = (data: string) => ({
  bind: (dn: string) =>
    dn === ALICE.dn
      ? { code: 49, message: `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v3839` }
      : undefined,
})

test('Active Directory’s reasons are told apart; those it gives to strangers too are a wrong password', async () => {
  const expected = {
    '525': 'wrong',
    '52e': 'wrong',
    '775': 'wrong',
    '8009030c': 'wrong',
    '530': 'account_restricted',
    '531': 'account_restricted',
    '532': 'password_expired',
    '533': 'account_disabled',
    '701': 'account_expired',
    '773': 'password_expired',
  }
  for (const [data, outcome] of Object.entries(expected)) assert.equal(await outcomeOf(refusing(data)), outcome, data)
})

test('another directory’s words are not taken for Active Directory’s', async () => {
  const settings = { kind: 'ldap', objectClass: 'user', usernameAttributes: ['sAMAccountName'], subjectAttribute: 'objectGUID' }
  assert.equal(await outcomeOf({ ...refusing('533'), settings }), 'wrong')
})

const fileTime = (ms: number): string => String((BigInt(ms) + 11_644_473_600_000n) * 10_000n)

const states = {
  disabled: [{ userAccountControl: '514' }, 'account_disabled'],
  locked: [{ 'msDS-User-Account-Control-Computed': '16' }, 'account_locked'],
  'over since a moment': [{ accountExpires: fileTime(AT) }, 'account_expired'],
  'over in a moment': [{ accountExpires: fileTime(AT + 1) }, 'in'],
  'over never': [{ accountExpires: '0' }, 'in'],
  'with an old password': [{ 'msDS-User-Account-Control-Computed': '8388608' }, 'password_expired'],
  'to change the password': [{ pwdLastSet: '0' }, 'password_expired'],
  'with a password that never expires': [{ pwdLastSet: '0', userAccountControl: '66048' }, 'in'],
  'whose state cannot be read': [{ userAccountControl: undefined }, 'profile_incomplete'],
  'whose state is no number': [{ userAccountControl: 'x' }, 'profile_incomplete'],
} as const

for (const [name, [attributes, outcome]] of Object.entries(states))
  test(`an account ${name}: ${outcome} for who knows the password, and wrong for who does not`, async () => {
    const entries = [aliceWith(attributes)]
    assert.equal(await outcomeOf({ entries }), outcome)
    assert.equal(await outcomeOf({ entries }, 'not hers'), 'wrong')
  })

test('a password policy’s reasons are told where the password was right', async () => {
  const settings = { kind: 'ldap', objectClass: 'user', usernameAttributes: ['sAMAccountName'], subjectAttribute: 'objectGUID' }
  const saying = (code: number, policy: number) => ({
    settings,
    bind: (dn: string) => (dn === ALICE.dn ? { code, policy } : undefined),
  })
  assert.equal(await outcomeOf(saying(49, 0)), 'password_expired')
  assert.equal(await outcomeOf(saying(0, 2)), 'password_expired')
  assert.equal(await outcomeOf(saying(49, 1)), 'wrong', 'a locked account is said before the password was looked at')
  assert.equal(await outcomeOf(saying(49, 2)), 'wrong')
})

test('other directories write down what may not be used, too', () => {
  const entryOf = (name: string, value: string) => ({ dn: 'uid=x', values: new Map([[name.toLowerCase(), [Buffer.from(value)]]]) })
  assert.equal(accountRefusal(entryOf('nsAccountLock', 'true'), 'ldap', AT), 'account_disabled')
  assert.equal(accountRefusal(entryOf('pwdReset', 'TRUE'), 'ldap', AT), 'password_expired')
  assert.equal(accountRefusal(entryOf('pwdReset', 'FALSE'), 'ldap', AT), undefined)
})
