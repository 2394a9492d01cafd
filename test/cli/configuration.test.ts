import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type Installation, localTarget, makeInstallation, runUsher } from '../support/installation.ts'

for (const command of [[], ['start'], ['demo'], ['apply'], ['users'], ['users', 'add'], ['accounts'], ['accounts', 'show'], ['migrate']])
  test(`usher ${command.join(' ')} --help explains itself on standard output`, async () => {
    const { code, stdout, stderr } = await runUsher([...command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Usage: usher ${command.join(' ')}`))
    assert.equal(stderr, '')
  })

test('the help of start is the manual of the configuration, and that of usher names the exit codes', async () => {
  const { stdout } = await runUsher(['start', '--help'])
  for (const field of ['publicUrl', 'dataDirectory', 'keyFile', 'listen', 'trustedProxies'])
    assert.match(stdout, new RegExp(`^  ${field} +\\S`, 'm'))
  assert.match((await runUsher(['--help'])).stdout, /Exit codes: 0 done · 1 failed · 2 wrong usage/)
})

for (const args of [['strat'], ['start', '--nonsense'], ['apply'], ['accounts', 'retry'], ['users', 'add', 'dana']])
  test(`usher ${args.join(' ')}: wrong usage is said, and is 2`, async () => {
    const { code, stdout, stderr } = await runUsher(args)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^error: /)
  })

test('an address that is none is wrong usage, before anything is opened', async () => {
  const { code, stdout, stderr } = await runUsher(['users', 'add', 'dana', '--connection', 'guests', '--email', 'nonsense'])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.equal(stderr, '✗ --email takes an address, not nonsense\n')
})

/** What is wrong with an installation, and what the refusal must say: the field, and how to mend it. */
const WRONG: Readonly<
  Record<string, { readonly config?: object; readonly spoil?: (place: Installation) => void; readonly says: readonly RegExp[] }>
> = {
  'a field nobody knows': { config: { publicURL: 'https://id.example' }, says: [/settings_invalid/, /publicURL/] },
  'a field of the wrong kind': { config: { trustedProxies: 'all' }, says: [/trustedProxies/, /Addresses or CIDR ranges/] },
  'plain http for others': { config: { publicUrl: 'http://id.fabrikam.com' }, says: [/publicUrl: must be https/] },
  'an address with a path': {
    config: { publicUrl: 'https://id.fabrikam.com/sso' },
    says: [/publicUrl/, /address people and relying parties use/],
  },
  'an address with a password': { config: { publicUrl: 'https://who:secret@id.fabrikam.com' }, says: [/publicUrl/] },
  'an address with a question': { config: { publicUrl: 'https://id.fabrikam.com/?a=b' }, says: [/publicUrl/] },
  'plain http on all interfaces': { config: { listen: '0.0.0.0:8443' }, says: [/listen: plain http/, /tlsCertificateFile/] },
  'half of TLS': {
    config: { listen: '0.0.0.0:8443', trustedProxies: ['10.0.0.1'], tlsCertificateFile: 'usher.pem' },
    says: [/tlsKeyFile: is missing/],
  },
  'a proxy that is no address': { config: { trustedProxies: ['010.0.0'] }, says: [/trustedProxies\.0: an address, or a range/] },
  'a port there is none of': { config: { listen: '127.0.0.1:99999' }, says: [/listen: a port up to 65535/] },
  'a database that does not answer': {
    config: { database: 'postgres://u:p@127.0.0.1:1/usher' },
    says: [/storage_unavailable: .*ECONNREFUSED/],
  },
  'the key among the data': { config: { keyFile: 'data/kek' }, says: [/keyFile: lies inside dataDirectory/, /elsewhere/] },
  'no key': { spoil: ({ at }) => rmSync(at('keys', 'kek')), says: [/key_missing/, /head -c 32 \/dev\/urandom/] },
  'half a key': {
    spoil: ({ write }) => void write('keys/kek', randomBytes(16).toString('base64')),
    says: [/key_wrong/, /32 bytes in base64/],
  },
  'no configuration at all': {
    spoil: ({ configFile }) => rmSync(configFile),
    says: [/settings_invalid: there is no such file/, /USHER_CONFIG/],
  },
  'a configuration that is no JSON': {
    spoil: ({ write }) => void write('usher.json', '{publicUrl'),
    says: [/settings_invalid: the file is not JSON: .*line 1 column 2/],
  },
}

for (const [what, { config, spoil, says }] of Object.entries(WRONG))
  for (const command of ['start', 'migrate'])
    test(`${command} with ${what}: refused, with the field and how to mend it`, async (t) => {
      const place = await makeInstallation({ ...config })
      t.after(place.close)
      spoil?.(place)
      const { code, stdout, stderr } = await place.run([command])
      assert.equal(code, 1)
      // The server's log is what goes there.
      if (command !== 'start') assert.equal(stdout, '')
      for (const words of says) assert.match(stderr, words)
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack')
    })

test('a key that is there and cannot be read: nobody is told to write another over it', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  rmSync(place.at('keys', 'kek'))
  mkdirSync(place.at('keys', 'kek'))
  const { code, stderr } = await place.run(['start', '--check'])
  assert.equal(code, 1)
  assert.match(stderr, /key_missing: the key-encryption key cannot be read: EISDIR/)
  assert.doesNotMatch(stderr, /urandom/)
})

test('a database named by a path lies beside the configuration, wherever the command is run', async (t) => {
  const place = await makeInstallation({ database: 'sqlite:data/people.db' })
  t.after(place.close)
  assert.equal((await place.run(['migrate'])).code, 0)
  assert.deepEqual(readdirSync(place.at('data')).sort(), ['people.db', 'people.db-server'])
})

test('another key than the database was made with is refused, and says so', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  assert.equal((await place.run(['migrate'])).code, 0)
  place.write('keys/kek', randomBytes(32).toString('base64'))
  const { code, stderr } = await place.run(['start', '--check'])
  assert.equal(code, 1)
  assert.match(stderr, /key_wrong: this is not the key-encryption key the database was made with/)
})

test('migrate twice, then start --check: nothing to complain about', async (t) => {
  const place = await makeInstallation()
  t.after(place.close)
  for (const command of [['migrate'], ['migrate'], ['start', '--check']]) {
    const { code, stdout, stderr } = await place.run(command)
    assert.equal(code, 0, stderr)
    if (command[0] !== 'start') assert.equal(stdout, '')
    assert.match(stderr, /✓/)
  }
})

test('addresses of this machine are refused while people reach Usher elsewhere', async (t) => {
  const place = await makeInstallation({ publicUrl: 'https://id.fabrikam.com' })
  t.after(place.close)
  const { code, stderr } = await place.run(['apply', place.write('settings.json', { targets: [localTarget] })])
  assert.equal(code, 1)
  assert.match(stderr, /targets\.0\.addresses: an address of this machine/)
  assert.ok(!stderr.includes('not a real one'))
})

test('a port that somebody else has is said in one line, and what to do about it', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.after(() => taken.close())
  const address = taken.address()
  assert.ok(typeof address === 'object' && address)
  const place = await makeInstallation({ listen: `127.0.0.1:${address.port}` })
  t.after(place.close)
  const { code, stderr } = await place.run(['start'])
  assert.equal(code, 1)
  assert.match(stderr, /✗ listen EADDRINUSE.*Another program, perhaps another Usher, listens there/)
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack')
})
