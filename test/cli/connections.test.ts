import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Installation, makeInstallation, runUsher, startUsher } from '../support/installation.ts'

const USHER = fileURLToPath(new URL('../../src/cli/usher.ts', import.meta.url))
const PASSWORD = 'correct horse battery'
const SECRET = 'a secret of forty characters, or nearly so'
const DIRECTORY = { immutableIdAttribute: 'employee', userPrincipalNameAttribute: 'upn' }

const acme = {
  name: 'acme',
  type: 'oidc',
  label: 'Acme',
  settings: { issuer: 'https://login.acme.example', clientId: 'usher', clientSecret: { secretEnv: 'ACME_SECRET' } },
}
const settings = { connections: [acme, { name: 'staff', type: 'database', label: 'a password', directory: DIRECTORY }] }
const environment = { ACME_SECRET: SECRET }

let place: Installation
before(async () => {
  // People reach it from elsewhere: there, a test is asked for.
  place = await makeInstallation({ publicUrl: 'https://usher.example' })
  const applied = await place.run(['apply', place.write('settings.json', settings)], { environment })
  assert.equal(applied.code, 0, applied.stderr)
  assert.match(applied.stderr, /connection acme is off until `usher connections test acme` succeeds/)
  assert.doesNotMatch(applied.stderr, /connection staff is off/)
  const person = ['ada', '--connection', 'staff', '--attribute', 'employee=e-1', 'upn=ada@contoso.example', '--password-stdin']
  const added = await place.run(['users', 'add', ...person], { input: PASSWORD })
  assert.equal(added.code, 0, added.stderr)
})
after(() => place.close())

for (const command of [[], ['list'], ['test'], ['enable'], ['disable']])
  test(`usher connections ${command.join(' ')} --help explains itself on standard output`, async () => {
    const { code, stdout, stderr } = await runUsher(['connections', ...command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Usage: usher connections ${command.join(' ')}`))
    assert.equal(stderr, '')
  })

test('list says how each stands; as JSON for programs, without secrets', async () => {
  const { stdout } = await place.run(['connections', 'list'])
  assert.match(stdout, /^acme\toidc\tuntested\t\t0 people\nstaff\tdatabase\tenabled\t\t0 people\n$/)
  const { items } = JSON.parse((await place.run(['connections', 'list', '--json'])).stdout)
  assert.deepEqual(
    items.map(({ name, standing, people }: Record<string, unknown>) => [name, standing, people]),
    [
      ['acme', 'untested', 0],
      ['staff', 'usable', 0],
    ],
  )
  assert.ok(!JSON.stringify(items).includes('secret') && !stdout.includes(SECRET))
})

test('one that was not tested is not enabled: the next command is said', async () => {
  assert.equal((await place.run(['connections', 'disable', 'acme'])).code, 0)
  const { code, stderr } = await place.run(['connections', 'enable', 'acme'])
  assert.equal(code, 6)
  assert.match(stderr, /Next: `usher connections test acme`/)
  assert.match((await place.run(['connections', 'list'])).stdout, /^acme\toidc\tdisabled/)
})

test('one that needs none is switched off and on; the second time that is said', async () => {
  for (const [how, says] of [
    ['disable', /✓ staff is disabled\n/],
    ['disable', /✓ staff is disabled already\n/],
    ['enable', /✓ staff is enabled\n/],
    ['enable', /✓ staff is enabled already\n/],
  ] as const) {
    const { code, stderr } = await place.run(['connections', how, 'staff'])
    assert.equal(code, 0)
    assert.match(stderr, says)
  }
  for (const command of ['enable', 'disable', 'test']) assert.equal((await place.run(['connections', command, 'nobody'])).code, 5)
})

test('a password from standard input: what was said, what rules would see, and the subject', async () => {
  const args = ['connections', 'test', 'staff', '--username', 'ADA', '--password-stdin']
  const right = await place.run(args, { input: `${PASSWORD}\n` })
  assert.equal(right.code, 0, right.stderr)
  assert.match(right.stderr, /✓ staff works/)
  for (const said of ['"user_id": "auth0|', '"immutableId": "e-1"', '"userPrincipalName": "ada@contoso.example"'])
    assert.ok(right.stdout.includes(said), `${said}: ${right.stdout}`)
  const json = JSON.parse((await place.run([...args, '--json'], { input: PASSWORD })).stdout)
  assert.equal(json.kind, 'proven')
  const wrong = await place.run(args, { input: 'wrong horse battery' })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /✗ staff answers: user name or password are wrong/)
  for (const { stdout, stderr } of [right, wrong]) assert.ok(!`${stdout}${stderr}`.includes(PASSWORD))
  assert.match((await place.run(['connections', 'list'])).stdout, /staff\tdatabase\tenabled\ttested \S+Z by command line\t0 people/)
})

test('wrong usage is told: no terminal, a password where none is typed, a file that declares no such connection', async () => {
  for (const [args, code, says] of [
    [['staff'], 2, /no terminal/],
    [['staff', '--username', 'ada', '--password-stdin'], 2, /user name and a password/],
    [['acme', '--username', 'ada'], 2, /type no password here/],
    [['other', '--file', place.at('settings.json')], 5, /declares no connection other/],
  ] as const) {
    const ran = await place.run(['connections', 'test', ...args], { environment })
    assert.equal(ran.code, code, ran.stderr)
    assert.match(ran.stderr, says)
    assert.equal(ran.stdout, '')
  }
})

test('an address to open is printed; Ctrl-C gives up, and the address with it', async () => {
  const next = { connections: [{ ...acme, name: 'next' }] }
  for (const args of [['acme'], ['next', '--file', place.write('next.json', next)]]) {
    const running = startUsher(['connections', 'test', ...args, '--config', place.configFile], environment)
    await running.spoken(/within ten minutes/)
    assert.match(running.stdout(), /^https:\/\/usher\.example\/connections\/test\/[\w-]{22}\n$/)
    running.signal('SIGINT')
    assert.deepEqual(await running.ended, { code: 130, signal: null })
    assert.match(running.stderr(), /does not work any more/)
  }
  assert.doesNotMatch((await place.run(['connections', 'list'])).stdout, /next/, 'a test declares nothing')
})

test('at a terminal the password is asked for and not shown', async () => {
  const command = [process.execPath, USHER, 'connections', 'test', 'staff', '--config', place.configFile].join(' ')
  const terminal = spawn('/usr/bin/script', ['-qefc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let shown = ''
  const answers: [RegExp, string][] = [
    [/User name: /, 'ada\r'],
    [/Password: /, `${PASSWORD}\r`],
  ]
  terminal.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const [next] = answers
    if (!next?.[0].test(shown)) return
    answers.shift()
    terminal.stdin.write(next[1])
  })
  const [code] = await once(terminal, 'close')
  assert.equal(code, 0, shown)
  assert.match(shown, /✓ staff works/)
  assert.ok(shown.includes('ada'), 'the name is shown')
  assert.ok(!shown.includes(PASSWORD))
})
