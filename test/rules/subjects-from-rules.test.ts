import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../src/kernel/clock.ts'
import { ANA, assertArrived, assertPage, BEN, graphWrites, guest } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { setRules, statement } from '../support/rule-house.ts'
import { ruleStory as story } from '../support/story.ts'

const NAME = `ana.of.the.script@${DEMO_TENANT.guestDomain}`
const IMMUTABLE_ID = 'Script/0001='

/** An organization whose own script makes its people, and whose rules say who they are. */
const options = {
  settings: ({ relyingParties, ...rest }: { readonly relyingParties: readonly object[] }) => ({
    ...rest,
    relyingParties: relyingParties.map((one) => ({ ...one, subjectsFromRules: true })),
  }),
}

const makeByScript = (house: House): Promise<void> =>
  house.world.write(({ saveUser }) => {
    saveUser({
      id: '7d4a1f0c-0000-4000-8000-000000000001',
      userPrincipalName: NAME,
      displayName: 'Ana',
      mailNickname: 'ana',
      accountEnabled: true,
      userType: 'Member',
      onPremisesImmutableId: IMMUTABLE_ID,
      assignedLicenses: [],
      createdDateTime: '2026-11-01T09:00:00Z',
      signInSessionsValidFromDateTime: '2026-11-01T09:00:00Z',
      properties: {},
      madeBy: 'administrator',
    })
  })

const names = (userPrincipalName: string, immutableId: string): string =>
  statement(`user.upn = ${JSON.stringify(userPrincipalName)}; user.inmutableid = ${JSON.stringify(immutableId)}`)

const signIn = async (house: House, person: string) => {
  const one = guest(house)
  return one.untilArrived(await one.withGoogle(await one.openService(), person))
}

story(
  'people whom the organization makes itself arrive as its rule says, once and for good, and Usher makes and licenses nobody',
  async ({ house, clock }) => {
    await makeByScript(house)
    await setRules(house, [names(NAME, IMMUTABLE_ID)])
    assert.equal(assertArrived(house, await signIn(house, ANA)), NAME)
    const shown = await house.app().showAccount(NAME)
    assert.equal(shown?.account.madeElsewhere, true)
    const happened = shown?.events.map(({ type }) => type).filter((type) => /^(?:subject|account)_/.test(type)) ?? []
    assert.deepEqual(happened.slice(0, 3), ['subject_bound', 'account_adopted', 'account_ready'])
    assertPage(house, await signIn(house, BEN), /Your account cannot be used here/, 403)
    clock.advance(ONE_HOUR_MS)
    assert.equal(assertArrived(house, await signIn(house, ANA)), NAME)
    for (const other of [names(`boss@${DEMO_TENANT.guestDomain}`, IMMUTABLE_ID), names(NAME, 'Script/0002=')]) {
      await setRules(house, [other])
      assertPage(house, await signIn(house, ANA), /Your account cannot be used here/, 403)
    }
    const after = await house.app().showAccount(NAME)
    assert.equal(after?.events.filter(({ type }) => type === 'subject_mismatch').length, 2)
    assert.deepEqual(graphWrites(house), [])
  },
  options,
)
