import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, guest } from '../support/guests.ts'
import { DANA, type House } from '../support/house.ts'
import { setRules } from '../support/rule-house.ts'
import { story } from '../support/story.ts'

const factsIn = (text: unknown) => {
  const { ip, further } = JSON.parse(String(text))
  return { ip, ...(further !== undefined && { further }) }
}

/** What is kept of a kind, the oldest first. */
const kept = (house: House, type: string) => {
  const database = new DatabaseSync(house.database.replace(/^sqlite:/, ''), { readOnly: true })
  const rows = database.prepare('select user_id, connection, failure, facts_json from events where type = ? order by id').all(type)
  database.close()
  return rows.map((row) => ({
    user: row['user_id'],
    connection: row['connection'],
    failure: row['failure'],
    ...factsIn(row['facts_json']),
  }))
}

story(
  'whoever looks into it later finds whom a token was for and who was refused, by which way and from where',
  async ({ house, clock }) => {
    const ana = guest(house)
    assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
    const [issued] = kept(house, 'token_issued')
    assert.ok(issued?.user)
    assert.deepEqual(issued, { user: issued.user, connection: issued.connection, failure: null, ip: '127.0.0.1' })
    await setRules(house, ["function (user, context, callback) { callback(new UnauthorizedError('no')) }"])
    clock.advance(ONE_HOUR_MS)
    assertPage(house, await ana.openService(), /You do not have access/, 403)
    ana.browser.forget()
    assertPage(house, await ana.withGoogle(await ana.openService(), ANA), /You do not have access/, 403)
    const refused = { ...issued, failure: 'rule_denied' }
    assert.deepEqual(kept(house, 'sign_in_denied'), [refused, refused], 'by a session, and by signing in')
    const lines = house.lines.filter((line) => line.includes('"sign_in_denied"')).map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ user, connection }) => ({ user, connection })),
      [refused, refused].map(({ user, connection }) => ({ user, connection })),
    )
  },
  { databases: ['sqlite'] },
)

story(
  'whoever is refused without an end leaves sixty events and one that counts, which a restart does not lose',
  async ({ house, clock }) => {
    const dana = guest(house)
    const page = await dana.withPassword(await dana.openService(), { ...DANA, password: 'not it' })
    for (let tries = 1; tries < 100; tries += 1) await dana.browser.submit(page, { ...DANA, password: 'not it' })
    const events = kept(house, 'password_refused')
    assert.equal(events.length, 61)
    assert.deepEqual(
      events.map(({ further }) => further),
      [...Array(60).fill(undefined), 40],
    )
    clock.advance(1)
    await house.restart()
    await dana.browser.submit(page, { ...DANA, password: 'not it' })
    assert.deepEqual(kept(house, 'password_refused').slice(0, -1), events)
  },
  { databases: ['sqlite'] },
)
