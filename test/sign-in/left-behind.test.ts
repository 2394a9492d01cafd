import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as pass } from 'node:timers/promises'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { openStorage } from '../../src/storage/open.ts'
import { ANA, assertArrived, assertPage, graphWrites, guest, madeByUsher, seatsTaken } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { setRules } from '../support/rule-house.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

const LEASE_MS = 25_000
const HOURS_MS = 10 * ONE_HOUR_MS

/** Asks the retired API for an account, whether there is one or not. */
const MAKES = `function (user, context, callback) {
  const request = require('request')
  const tenant = '${DEMO_TENANT.guestDomain}'
  const form = { client_id: 'app', client_secret: 'key', grant_type: 'client_credentials', resource: 'https://graph.windows.net' }
  request.post({ url: 'https://login.windows.net/' + tenant + '/oauth2/token', form, json: true }, (problem, _, token) => {
    if (problem) return callback(problem)
    const name = 'rule-' + user.user_id.split('|')[1]
    const body = {
      accountEnabled: true,
      displayName: user.name,
      mailNickname: name,
      userPrincipalName: name + '@' + tenant,
      immutableId: Buffer.from(name).toString('base64'),
      usageLocation: 'DE',
    }
    const headers = { authorization: 'Bearer ' + token.access_token }
    const url = 'https://graph.windows.net/' + tenant + '/users?api-version=1.6'
    request.post({ url, headers, json: true, body }, (problem, answer) => {
      if (problem || answer.statusCode !== 201) return callback(problem || new Error('no account: ' + answer.statusCode))
      callback(null, user, context)
    })
  })
}`

const signIn = async ({ house }: Told): Promise<Stop> => {
  const ana = guest(house)
  return ana.withGoogle(await ana.openService(), ANA)
}

/** The books of a process that is killed: what it holds, nobody gives back. */
const openVictim = ({ house, clock }: Told) =>
  openStorage({
    database: house.database,
    keyEncryptionKey: new Secret(readFileSync(join(house.folder, 'kek'), 'utf8').trim()),
    role: 'command',
    clock,
    randomness: { bytes: randomBytes },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })

type Victim = Awaited<ReturnType<typeof openVictim>>

/** Ana's account was begun, and the process that is at it is killed this moment. */
const killAtAccount = async ({ house, clock }: Told, { stores }: Victim) => {
  const [account, ...others] = await stores.accountDesk.open()
  assert.ok(account)
  assert.deepEqual(others, [])
  assert.ok(await stores.accountDesk.release(account, 'retry', clock.now()))
  const { userId, target } = account
  const lease = await stores.accounts.lease({ userId, target }, 'the dead', { at: clock.now(), ms: LEASE_MS })
  assert.ok(lease)
  assert.equal(madeByUsher(house).length, 0)
  return { userId, target, fence: lease.fence, until: clock.now() + LEASE_MS }
}

/** What the dead process sent before it died arrives only now. */
const assertLateWriteIsRefused = async (hold: Awaited<ReturnType<typeof killAtAccount>>, { stores }: Victim): Promise<void> => {
  const before = await stores.accounts.find(hold.userId, hold.target)
  assert.equal(await stores.accounts.change(hold, { stage: 'stopped', reason: 'account_conflict' }), undefined)
  await stores.accounts.release(hold)
  assert.deepEqual(await stores.accounts.find(hold.userId, hold.target), before)
}

const isSqlite = ({ house }: Told): boolean => house.database.startsWith('sqlite:')

/** Where other nodes may be there is no telling whether one is dead: its lease is respected. */
const restart = async (told: Told, hold: Awaited<ReturnType<typeof killAtAccount>>, victim: Victim): Promise<void> => {
  await told.house.restart()
  if (isSqlite(told)) return assertLateWriteIsRefused(hold, victim)
  const other = await victim.stores.accounts.lease(hold, 'another node', { at: told.clock.now(), ms: LEASE_MS })
  assert.equal(other, undefined)
}

const postsOf = (house: House) => graphWrites(house).filter(({ method, path }) => method === 'POST' && path.endsWith('/users'))

const assertOne = ({ house }: Told): void => {
  assert.equal(madeByUsher(house).length, 1)
  assert.equal(seatsTaken(house), 1)
  assert.equal(postsOf(house).length, 1, 'asked for once')
}

const linesAbout = ({ house }: Told, event: string): number => house.lines.filter((line) => line.includes(`"${event}"`)).length

/** What rules ask for while somebody else may be at the account is refused: they must not have begun by then. */
const assertNoRuleAsksUntil = async (told: Told, until: number): Promise<void> => {
  const asked = linesAbout(told, 'bridge_answered')
  while (told.clock.now() < until) {
    assert.equal(linesAbout(told, 'bridge_answered'), asked, `asked ${until - told.clock.now()} ms early`)
    await pass()
  }
}

/** Tells it with the victim's books, which are closed whatever comes of it. */
const withVictim = async (told: Told, tell: (victim: Victim) => Promise<void>): Promise<void> => {
  const victim = await openVictim(told)
  try {
    await tell(victim)
  } finally {
    await victim.close()
  }
}

story('Usher is killed at an account of its own making and started again: its person arrives by themselves', (told) =>
  withVictim(told, async (victim) => {
    const { house } = told
    await house.emulator.scenario('noSeats', true)
    assertPage(house, await signIn(told), /Your account needs a license/, 503)
    const hold = await killAtAccount(told, victim)
    await house.emulator.scenario('noSeats', false)
    await restart(told, hold, victim)
    assertArrived(house, await signIn(told))
    await assertLateWriteIsRefused(hold, victim)
    assertOne(told)
  }),
)

story('Usher is killed at an account that a rule asked for and started again: its person arrives by themselves', (told) =>
  withVictim(told, async (victim) => {
    const { house } = told
    await setRules(house, [MAKES])
    await house.emulator.scenario('noSeats', true)
    assertPage(house, await signIn(told), /You do not have access/, 403)
    const hold = await killAtAccount(told, victim)
    await house.emulator.scenario('noSeats', false)
    await restart(told, hold, victim)
    const arriving = signIn(told)
    if (!isSqlite(told)) await assertNoRuleAsksUntil(told, hold.until)
    assertArrived(house, await arriving)
    await assertLateWriteIsRefused(hold, victim)
    assertOne(told)
  }),
)

story(
  'Usher is killed in the middle of the rules of a sign-in and started again: the same page leads on',
  (told) =>
    withVictim(told, async (victim) => {
      const { house, clock } = told
      await setRules(house, [MAKES])
      await house.emulator.scenario('noSeats', true)
      const ana = guest(house)
      const refused = await ana.withGoogle(await ana.openService(), ANA)
      const { transactions } = victim.stores
      const id = refused.url.pathname.split('/')[2] ?? ''
      const found = await transactions.find(id, clock.now())
      assert.equal(found?.transaction.stage, 'admitted')
      const running = { owner: 'the dead', until: clock.now() + HOURS_MS }
      if (found?.transaction.stage === 'admitted') assert.ok(await transactions.advance({ ...found.transaction, running }, found.version))
      const hold = await killAtAccount(told, victim)
      await house.emulator.scenario('noSeats', false)
      await restart(told, hold, victim)
      const ran = linesAbout(told, 'rules_ran')
      assertArrived(house, await ana.onward(await ana.browser.open(refused.url)))
      assert.equal(linesAbout(told, 'rules_ran'), ran + 1, 'they ran once more')
      await assertLateWriteIsRefused(hold, victim)
      assertOne(told)
    }),
  { databases: ['sqlite'] },
)
