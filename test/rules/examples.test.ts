import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, guest, madeByUsher } from '../support/guests.ts'
import { DANA } from '../support/house.ts'
import { setRules } from '../support/rule-house.ts'
import { ruleStory as story } from '../support/story.ts'

const example = (name: string): string => readFileSync(join(import.meta.dirname, '..', '..', 'examples', 'rules', `${name}.js`), 'utf8')

const HOME = { username: 'ana at home', password: 'correct horse battery' }
const SECOND_USER = { connection: 'guests', names: { given: 'Ana', family: 'Ruiz' }, email: 'ana.ruiz@gmail.com', attributes: {} }

story('one person by two ways with one confirmed address has one account, and nobody else gets it', async ({ house, clock }) => {
  await house.app().addPerson({ ...HOME, ...SECOND_USER })
  const rules = ['verified-addresses-only', 'link-same-address'].map(example)
  await setRules(house, rules, { configuration: { LINKED_CONNECTIONS: 'google, guests' } })
  const atHome = guest(house)
  const name = assertArrived(house, await atHome.withPassword(await atHome.openService(), HOME))
  clock.advance(ONE_HOUR_MS)
  const byGoogle = guest(house)
  assert.equal(assertArrived(house, await byGoogle.withGoogle(await byGoogle.openService(), ANA)), name)
  const other = guest(house)
  assert.notEqual(assertArrived(house, await other.withGoogle(await other.openService(), BEN)), name)
  assert.equal(madeByUsher(house).length, 2)
})

story('several rules to start from stand beside one another', async ({ house }) => {
  const names = ['verified-addresses-only', 'allowed-domains', 'second-factor-for-administrators', 'issuer-by-domain', 'roles-in-the-token']
  const more = ['department-claim', 'enrich-from-crm', 'link-same-address']
  const configuration = {
    ...{ ALLOWED_DOMAINS: 'gmail.com', ISSUERS: '{}', ROLES_CLIENT_ID: house.clientId, CRM_URL: 'http://127.0.0.1:9/', CRM_KEY: 'k' },
    LINKED_CONNECTIONS: 'google',
  }
  await setRules(house, [...names, ...more].map(example), { configuration })
  const ana = guest(house)
  assertArrived(house, await ana.withGoogle(await ana.openService(), ANA))
  const ben = guest(house)
  assertPage(house, await ben.withGoogle(await ben.openService(), BEN), /Sign in with the address of an organization we work with/, 403)
  const dana = guest(house)
  assertPage(house, await dana.withPassword(await dana.openService(), DANA), /You do not have access/, 403)
  assert.equal(madeByUsher(house).length, 1)
})
