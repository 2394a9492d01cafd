import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { GATE, GREETING } from '../import/exports.ts'
import { type Installation, makeInstallation, runUsher } from '../support/installation.ts'

let place: Installation
before(async () => {
  place = await makeInstallation()
  mkdirSync(place.at('rules'))
})
after(() => place.close())

const run = async (...args: readonly string[]) => {
  const ran = await place.run(args)
  assert.equal(ran.code, 0, ran.stderr)
  return ran
}

for (const command of [[], ['list'], ['show'], ['push'], ['pull'], ['enable'], ['order'], ['diff'], ['rollback'], ['convert']])
  test(`usher rules ${command.join(' ')} --help explains itself on standard output`, async () => {
    const { code, stdout, stderr } = await runUsher(['rules', ...command, '--help'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Usage: usher rules ${command.join(' ')}`))
    assert.equal(stderr, '')
  })

test('a folder is pushed, listed and pulled again; the second time nothing changes', async () => {
  assert.match((await run('rules', 'list')).stderr, /there are no rules/)
  place.write('rules/Greeting.js', GREETING)
  place.write('rules/Partners only.js', GATE)
  place.write('rules/Partners only.json', { enabled: false, order: 5 })
  const dry = await run('rules', 'push', place.at('rules'), '--dry-run')
  assert.match(dry.stderr, /2 would change; nothing was written/)
  assert.equal((await run('rules', 'list')).stdout, '')
  assert.match((await run('rules', 'push', place.at('rules'))).stderr, /rule Greeting added\n {2}rule Partners only added\n✓ 2 changed/)
  assert.equal((await run('rules', 'push', place.at('rules'))).stderr, '✓ nothing to change\n')
  const { stdout } = await run('rules', 'list')
  assert.match(stdout, /^5\tPartners only\trule\tdisabled\tv1\trul_[0-9a-f]{16}\n10\tGreeting\trule\tenabled\tv1\trul_[0-9a-f]{16}\n$/)
  assert.match((await run('rules', 'pull', place.at('pulled'))).stderr, /✓ 4 files written/)
  assert.equal((await run('rules', 'pull', place.at('pulled'))).stderr, '✓ nothing to change\n')
  assert.equal((await run('rules', 'push', place.at('pulled'))).stderr, '✓ nothing to change\n')
  assert.equal(readFileSync(place.at('pulled', 'Greeting.js'), 'utf8'), GREETING)
})

test('pulled rules are written over no file that a link in the folder names', async () => {
  mkdirSync(place.at('linked'))
  writeFileSync(place.at('precious'), 'precious')
  for (const [name, target] of [
    ['Greeting.js', 'precious'],
    ['Greeting.json', 'not-there'],
  ] as const) {
    symlinkSync(place.at(target), place.at('linked', name))
    const { code, stderr } = await place.run(['rules', 'pull', place.at('linked')])
    assert.equal(code, 5)
    assert.match(stderr, /is not a file; nothing was written/)
    rmSync(place.at('linked', name))
  }
  assert.equal(readFileSync(place.at('precious'), 'utf8'), 'precious')
  assert.equal(existsSync(place.at('not-there')), false)
  assert.deepEqual(readdirSync(place.at('linked')), [])
})

test('a script that cannot be understood is refused with file, line and column, and nothing is written', async () => {
  mkdirSync(place.at('broken'))
  place.write('broken/Fine.js', GREETING)
  place.write('broken/Broken.js', 'function (user, context, callback) {\n  callback(null user)\n}')
  const { code, stdout, stderr } = await place.run(['rules', 'push', place.at('broken')])
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /broken\/Broken\.js: line 2, column 17: Unexpected token/)
  assert.doesNotMatch((await run('rules', 'list')).stdout, /Fine/)
})

test('a rule is shown, changed, compared and rolled back', async () => {
  writeFileSync(place.at('rules', 'Greeting.js'), GREETING.replace('Hello', 'Welcome'))
  assert.match((await run('rules', 'diff', 'Greeting', place.at('rules', 'Greeting.js'))).stdout, /^-.*Hello.*\n\+.*Welcome/m)
  assert.match((await run('rules', 'push', place.at('rules'))).stderr, /rule Greeting changed: script/)
  assert.match((await run('rules', 'show', 'Greeting')).stdout, /Welcome/)
  assert.match((await run('rules', 'diff', 'Greeting')).stdout, /^-.*Hello.*\n\+.*Welcome/m)
  assert.match((await run('rules', 'rollback', 'Greeting')).stderr, /as in version 1, which is now version 3/)
  const shown = JSON.parse((await run('rules', 'show', 'Greeting', '--json')).stdout)
  assert.equal(shown.script, GREETING)
  assert.deepEqual(
    shown.versions.map(({ version }: { readonly version: number }) => version),
    [3, 2, 1],
  )
  assert.equal((await place.run(['rules', 'rollback', 'Greeting', '--to', '9'])).code, 5)
})

test('rules are switched and change places', async () => {
  await run('rules', 'enable', 'Partners only')
  await run('rules', 'disable', 'Greeting')
  await run('rules', 'order', 'Greeting', 'Partners only')
  const { items } = JSON.parse((await run('rules', 'list', '--json')).stdout)
  assert.deepEqual(
    items.map(({ name, order, enabled }: { readonly name: string; readonly order: number; readonly enabled: boolean }) => [
      name,
      order,
      enabled,
    ]),
    [
      ['Greeting', 5, false],
      ['Partners only', 10, true],
    ],
  )
  assert.equal((await place.run(['rules', 'order', 'Greeting'])).code, 2)
  assert.equal((await place.run(['rules', 'enable', 'Nobody'])).code, 5)
})

test('everything a sign-in runs is tried without effects, each script by itself, and a draft in its place', async () => {
  const folder = place.at('chain')
  mkdirSync(folder)
  const rule = (body: string) => `function (user, context, callback) { ${body} }`
  place.write('chain/First.js', rule("user.city = 'Berlin'; callback(null, user, context)"))
  place.write('chain/Second.js', rule("user.land = user.city + '!'; callback(null, user, context)"))
  place.write('chain/Off.js', rule('callback(new Error("must not run"))'))
  for (const [name, order, enabled] of [
    ['First', 100, true],
    ['Second', 101, true],
    ['Off', 102, false],
  ])
    place.write(`chain/${name}.json`, { order, enabled })
  await run('rules', 'push', folder)
  await run('rules', 'disable', 'Partners only')
  const user = place.write('ada.json', { user_id: 'auth0|ada' })
  const all = await run('rules', 'try', '--all', '--user', user)
  assert.match(all.stdout, /^First\n {2}user\.city = "Berlin"\nSecond\n {2}user\.land = "Berlin!"\nlets the person pass/)
  assert.doesNotMatch(all.stdout, /Off/)
  const draft = place.write('First.js', rule("user.city = 'Rome'; callback(null, user, context)"))
  const drafted = JSON.parse((await run('rules', 'try', draft, '--all', '--user', user, '--json')).stdout)
  assert.deepEqual(
    drafted.steps.map(({ name, user: changes }: { readonly name: string; readonly user: unknown }) => [name, changes]),
    [
      ['First', [{ path: 'city', after: 'Rome' }]],
      ['Second', [{ path: 'land', after: 'Rome!' }]],
    ],
  )
  assert.match((await run('rules', 'try', 'Off', '--all', '--user', user)).stdout, /denies: must not run/)
  assert.equal((await place.run(['rules', 'try', '--user', user])).code, 2)
  assert.match((await run('rules', 'replay', '--all')).stderr, /0 recorded sign-ins/)
})

test('an action is drafted from a rule, on standard output', async () => {
  const { stdout, stderr } = await run('rules', 'convert', 'Partners only')
  assert.match(stdout, /^exports\.onExecutePostLogin = async \(event, api\) => \{/)
  assert.match(stderr, /asks for the module lodash\n✓ everything was converted/)
})

test('values come from standard input or a file, and are told to nobody', async () => {
  const set = await place.run(['config', 'set', 'CITY'], { input: 'Be rlin\n' })
  assert.equal(set.code, 0, set.stderr)
  assert.equal(set.stderr, '✓ CITY is set\n')
  await run('config', 'set', 'KEY', '--file', place.write('key.txt', 'k3y-0f-many-letters'))
  assert.equal((await run('config', 'list')).stdout, 'CITY\nKEY\n')
  assert.deepEqual(JSON.parse((await run('config', 'list', '--json')).stdout), { items: ['CITY', 'KEY'] })
  assert.equal((await place.run(['config', 'set', 'CITY', 'Berlin'])).code, 2, 'never on the command line')
  assert.equal((await place.run(['config', 'set', 'EMPTY'], { input: '\n' })).code, 2)
  assert.equal((await place.run(['config', 'set', 'a b'], { input: 'x' })).code, 1)
  await run('config', 'unset', 'KEY')
  assert.equal((await place.run(['config', 'unset', 'KEY'])).code, 5)
  assert.equal((await run('config', 'list')).stdout, 'CITY\n')
  assert.ok(!readFileSync(place.at('data', 'usher.db'), 'latin1').includes('k3y-0f-many-letters'))
})
