import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { addressesAt } from '../../emulator/sites.ts'
import type { socialMisbehaviors } from '../../emulator/social/code-flow.ts'
import { demoSocial, demoSocialClients } from '../../src/cli/demo-social.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { assertArrived, assertPage, graphWrites, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House, HouseOptions } from '../support/house.ts'
import { story, type Told } from '../support/story.ts'
import type { Stop } from '../support/visitor.ts'

type Provider = 'LinkedIn' | 'Facebook' | 'GitHub'

const secret = randomBytes(24).toString('base64url')
const secretOf = (): string => secret

const withSocial: NonNullable<HouseOptions['settings']> = (settings) => {
  const more = demoSocial(addressesAt(Number(new URL(settings.targets[0].addresses.login).port)), secretOf)
  const [relyingParty] = settings.relyingParties
  const connections = [...relyingParty.connections, ...more.map(({ name }) => name)]
  return { ...settings, connections: [...settings.connections, ...more], relyingParties: [{ ...relyingParty, connections }] }
}

/** What a database does with it is the same for every provider: one of them is enough. */
const socialStory = (name: string, tell: (told: Told) => Promise<void>): void =>
  story(
    name,
    async (told) => {
      for (const { path, client } of demoSocialClients(told.house.publicUrl, secretOf)) await told.house.control('PUT', path, client)
      await tell(told)
    },
    { settings: withSocial, databases: ['sqlite'] },
  )

const withProvider = async (person: Guest, stop: Stop, provider: Provider, name: string): Promise<Stop> =>
  person.onward(await person.browser.click(await person.browser.click(stop, provider), name))

const sessionsOf = (house: House, { browser }: Guest): readonly string[] =>
  [...browser.cookies(house.publicUrl.hostname).keys()].filter((name) => name.includes('session'))

for (const [provider, name, userPrincipalName] of [
  ['LinkedIn', 'Lena Hartmann', 'lena.hartmann'],
  ['Facebook', 'Nora Lind', 'nora.lind'],
  ['GitHub', 'Iris Wolff', 'iris.wolff'],
] as const)
  socialStory(`somebody arrives in Microsoft 365 with ${provider}, and is the same person the next time`, async ({ house }) => {
    const first = guest(house)
    const arrived = assertArrived(house, await first.untilArrived(await withProvider(first, await first.openService(), provider, name)))
    assert.match(arrived, new RegExp(`^${userPrincipalName}(\\.[a-z2-7]+)?@`))
    const again = guest(house)
    assert.equal(
      assertArrived(house, await again.untilArrived(await withProvider(again, await again.openService(), provider, name))),
      arrived,
    )
    assert.equal(madeByUsher(house).length, 1)
  })

socialStory('somebody without an address at Facebook is somebody too', async ({ house }) => {
  const tomas = guest(house)
  assertArrived(house, await tomas.untilArrived(await withProvider(tomas, await tomas.openService(), 'Facebook', 'Tomás Vega')))
})

socialStory('who says no at the provider may choose another way', async ({ house }) => {
  const lena = guest(house)
  const stop = await withProvider(lena, await lena.openService(), 'LinkedIn', 'Cancel')
  assertPage(house, stop, /You did not finish signing in/)
  assert.deepEqual(graphWrites(house), [])
  assertArrived(house, await lena.untilArrived(await withProvider(lena, stop, 'Facebook', 'Nora Lind')))
})

socialStory('an answer of one provider is nothing at the other one’s address', async ({ house }) => {
  const lena = guest(house)
  const chooser = await lena.openService()
  const linkedin = await lena.browser.click(chooser, 'LinkedIn')
  const link = linkedin.links.find(({ text }) => text.includes('Lena'))
  const answer = await house.emulator.fetch(new Request(new URL(link?.href ?? '', linkedin.url)))
  const callback = new URL(answer.headers.get('location') ?? '')
  callback.pathname = '/login/callback/facebook'
  const stop = await lena.browser.open(callback)
  assert.equal(stop.url.origin, house.publicUrl.origin)
  assert.deepEqual(sessionsOf(house, lena), [])
  assert.deepEqual(house.emulator.journal.entries('facebook'), [], 'Facebook was not given the code')
  assert.deepEqual(graphWrites(house), [])
})

/** What each of them can do wrong, and the code it ends in. */
const ways: Readonly<Record<Provider, Readonly<Partial<Record<(typeof socialMisbehaviors)[number], string>>>>> = {
  LinkedIn: {
    foreignToken: 'connection_answer_invalid',
    wrongIssuer: 'connection_answer_invalid',
    wrongAudience: 'connection_answer_invalid',
    badSignature: 'connection_answer_invalid',
    wrongState: 'connection_answer_invalid',
    accessDenied: 'connection_refused',
    tokenFails: 'connection_unavailable',
  },
  Facebook: {
    foreignToken: 'connection_answer_invalid',
    oversized: 'connection_answer_invalid',
    wrongState: 'connection_answer_invalid',
    accessDenied: 'connection_refused',
    tokenFails: 'connection_unavailable',
  },
  GitHub: {
    oversized: 'connection_answer_invalid',
    wrongState: 'connection_answer_invalid',
    accessDenied: 'connection_refused',
    tokenFails: 'connection_unavailable',
  },
}
const people = { LinkedIn: 'Lena Hartmann', Facebook: 'Nora Lind', GitHub: 'Iris Wolff' } as const

for (const provider of ['LinkedIn', 'Facebook', 'GitHub'] as const)
  socialStory(`whatever is wrong with ${provider}’s answer, nobody gets in, and the log says where and why`, async ({ house, clock }) => {
    for (const [how, code] of Object.entries(ways[provider])) {
      await house.control('PUT', '/scenario/socialMisbehaves', { on: true, how })
      const person = guest(house)
      const before = house.lines.length
      const stop = await withProvider(person, await person.openService(), provider, people[provider])
      assert.equal(stop.url.origin, house.publicUrl.origin, how)
      assert.match(stop.text, /guest password/, `${how}: there is another way`)
      assert.deepEqual(sessionsOf(house, person), [], how)
      const lines = house.lines.slice(before).filter((line) => line.includes(code))
      assert.ok(
        lines.some((line) => line.includes(`"connection":"${provider.toLowerCase()}"`)),
        `${how}: ${code} of this connection is in the log: ${house.lines.slice(before).join('')}`,
      )
      for (const line of house.lines) assert.ok(!line.includes(secret) && !/eyJ[\w-]{20}|code=[\w-]{20}/.test(line), how)
      clock.advance(2 * ONE_HOUR_MS)
    }
    assert.deepEqual(madeByUsher(house), [])
    assert.deepEqual(graphWrites(house), [])
    await house.control('PUT', '/scenario/socialMisbehaves', { on: false })
    const person = guest(house)
    assertArrived(house, await person.untilArrived(await withProvider(person, await person.openService(), provider, people[provider])))
  })
