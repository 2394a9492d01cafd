import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ldapType } from '../../src/connections/ldap/ldap.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { settingsOf, visitAt } from '../conformance/connection.ts'
import { authority } from '../support/fake-ldap-certificates.ts'
import { ldapTypeStage } from '../support/fake-ldap-stage.ts'
import { SAMBA_ADDRESS, SAMBA_BASE, SAMBA_SERVICE, startSamba } from '../support/samba.ts'
import { folder } from './support/commands.ts'
import { kerberosClient, until } from './support/kdc.ts'
import { compiledKerberos, messageTo } from './support/kerberos-package.ts'

const REALM = 'AD.USHER.TEST'
const HOST = 'usher.localhost'
const passwordOf = (name: string) => `Pass-${name}-0815!`

const ours = authority()
const samba = await startSamba({ ca: ours.certificate, certified: ours.certify({ names: `IP:${SAMBA_ADDRESS}` }), kdc: true })
after(async () => {
  await samba.stop()
  ours.remove()
})
for (const name of ['alice', 'mallory', 'svc-web']) samba.tool('user', 'create', name, passwordOf(name))
samba.tool('user', 'create', 'svc-usher', SAMBA_SERVICE.password)
samba.tool('computer', 'create', 'pc-7')
samba.tool('user', 'setpassword', 'pc-7$', `--newpassword=${passwordOf('pc-7$')}`)
samba.tool('spn', 'add', `HTTP/${HOST}`, 'svc-web')
// AES alone, as the guide has it; the keys follow with the next password.
samba.modify(
  `dn: CN=svc-web,CN=Users,${SAMBA_BASE}\nchangetype: modify\nreplace: msDS-SupportedEncryptionTypes\nmsDS-SupportedEncryptionTypes: 24\n`,
)
samba.tool('user', 'setpassword', 'svc-web', `--newpassword=${passwordOf('svc-web 2')}`)
const keytab = join(folder(), 'usher.keytab')
samba.tool('domain', 'exportkeytab', keytab, `--principal=HTTP/${HOST}`)

const computer = kerberosClient(REALM, SAMBA_ADDRESS)
process.env['KRB5_CONFIG'] = computer.config
process.env['KRB5_KTNAME'] = keytab
await until(() => computer.ticketsOf('alice', passwordOf('alice')))
const kerberos = compiledKerberos()

const stage = ldapTypeStage()
const opened = ldapType({ ...stage.parts, kerberos }).open(
  settingsOf('ldap', {
    settings: {
      kind: 'active-directory',
      urls: [`ldaps://${SAMBA_ADDRESS}`],
      ca: ours.certificate,
      bindDn: SAMBA_SERVICE.dn,
      bindPassword: new Secret(SAMBA_SERVICE.password),
      base: SAMBA_BASE,
      windows: { via: 'kerberos', networks: ['192.0.2.0/24'], service: `HTTP@${HOST}` },
    },
  }),
)

/** Somebody's browser shows a ticket the domain controller gave. */
const show = async (name: string) => {
  const message = await messageTo(kerberos, `HTTP@${HOST}`, computer.ticketsOf(name, passwordOf(name)))
  assert.ok(opened.kind === 'password' && opened.windows)
  const { windows } = opened
  const visit = { ...visitAt(new URL('http://usher.localhost/windows'), Date.now()), header: () => `Negotiate ${message}` }
  return () => windows.verify(visit)
}

test('a ticket of Active Directory is the directory’s person', async () => {
  const profile = await (await show('alice'))()
  assert.ok(profile && profile !== 'challenge')
  const guid = /objectGUID: (\S+)/.exec(samba.read('alice', 'objectGUID'))?.[1]
  assert.equal(profile.subject, guid)
  assert.equal(profile.attributes['sAMAccountName'], 'alice')
  assert.equal(profile.authentication.method, 'windows')
  assert.deepEqual(stage.lines, [])
})

test('a ticket outlives its account here for no moment', async () => {
  const shown = await show('mallory')
  samba.tool('user', 'disable', 'mallory')
  await assert.rejects(shown(), { code: 'account_disabled' })
})

test('a computer is nobody', async () => {
  assert.equal(await (await show('pc-7$'))(), undefined)
  assert.match(JSON.stringify(stage.lines.at(-1)), /"reason":"principal"/)
})
