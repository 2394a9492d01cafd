import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ALICE, ldapStage } from '../../support/fake-ldap-stage.ts'

const closing: (() => unknown)[] = []
after(() => Promise.all(closing.map((close) => close())))

const stageOf = async (options: Parameters<typeof ldapStage>[0] = {}) => {
  const stage = await ldapStage(options)
  closing.push(stage.directory.close)
  return stage
}

const BLANKS = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\v',
  '\f',
  '\u00a0',
  '\u1680',
  '\u2000',
  '\u2003',
  '\u2009',
  '\u200a',
  '\u2028',
  '\u2029',
  '\u202f',
  '\u205f',
  '\u3000',
  '\ufeff',
]
const INVISIBLE = ['\u200b', '\u200c', '\u200d', '\u2060', '\u00ad', '\u180e', '\u061c', '\u3164', '\uffa0', '\u115f', '\u2800']
const CONTROLS = ['\u0001', '\u0008', '\u001b', '\u007f', '\u0085']
const WITH_NUL = ['\0', '\0\0', ' \0', '\0 ', 'a\0', '\0a', 'a\0b', `${ALICE.password}\0`, `\0${ALICE.password}`]
const EMPTY_LIKE = ['', '   ', '\r\n', ' \t ', '\u00a0\u00a0', '\u200b\u200b', '\ud800', '\udc00', 'x'.repeat(1_025), ' '.repeat(5_000)]
const all = [...EMPTY_LIKE, ...BLANKS, ...INVISIBLE, ...CONTROLS, ...WITH_NUL]

test('fifty passwords that say nothing: not one bind, and the answer of a wrong password', async (t) => {
  const { connection, right, directory, people } = await stageOf()
  assert.ok(all.length >= 50, `${all.length}`)
  for (const password of all) assert.equal(await connection.verify({ ...right, password }), undefined, JSON.stringify(password))
  assert.equal(directory.connections(), 0)
  assert.equal(directory.binds.length, 0)
  assert.equal(await connection.verify({ ...right, password: 'not hers' }), undefined, 'and a wrong one is asked about')
  assert.equal(people().length, 1)
  t.diagnostic(`count ${all.length} empty-like passwords, 0 binds`)
})

test('this directory takes an empty password for nobody’s bind, as Active Directory does: the check above can fail', async () => {
  const { directory } = await stageOf()
  const { Client } = await import('ldapts')
  const client = new Client({ url: `ldap://127.0.0.1:${directory.port}` })
  await client.bind(ALICE.dn, '')
  assert.equal(directory.binds[0]?.password, '')
  await client.unbind()
})

test('whoever is unknown costs the directory what somebody known costs it', async () => {
  const { connection, right, people } = await stageOf()
  await connection.verify({ ...right, password: 'not hers' })
  await connection.verify({ ...right, username: 'nobody', password: 'not hers' })
  const [known, unknown, ...more] = people()
  assert.deepEqual(more, [])
  assert.equal(known?.dn, ALICE.dn)
  assert.match(unknown?.dn ?? '', /^cn=[0-9a-f]{24},/)
  assert.equal(unknown?.password, 'not hers')
})

test('no word of a password, or of what a directory said, is in an error or the log', async () => {
  const said = 'a secret that the directory repeats: Al1ce-pass!'
  const { connection, right, lines } = await stageOf({ bind: (dn) => (dn === ALICE.dn ? { code: 80, message: said } : undefined) })
  const error = await connection.verify(right).catch((thrown: unknown) => thrown)
  const { inspect } = await import('node:util')
  const all = inspect([error, lines], { depth: 12, showHidden: true })
  for (const secret of ['Al1ce-pass!', "the service account'", said]) assert.ok(!all.includes(secret), secret)
  assert.match(all, /bind refused, code 80/)
})
