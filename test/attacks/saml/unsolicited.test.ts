import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { databases } from '../../support/databases.ts'
import { graphWrites } from '../../support/guests.ts'
import { openHouse } from '../../support/house.ts'
import { patient } from '../../support/patient.ts'
import { isLong } from '../../support/seeds.ts'
import { samlIdentityProvider } from '../../support/saml-identity-provider.ts'
import { createStoryClock } from '../../support/story-clock.ts'

const RACERS = isLong ? 50 : 12
const ANSWERS = isLong ? 20 : 4
const SITE = 'https://login.acme.example'

for (const database of databases) {
  const nodes = database.name === 'sqlite' ? 1 : 3
  const name = `an answer nobody asked for counts once, whoever posts it and however often at once (${database.name}, ${nodes} nodes)`
  test(name, { skip: database.skip }, async (t) => {
    const opened = await database.open()
    const clock = createStoryClock()
    const calls = patient()
    const addresses = { issuer: 'urn:acme:saml', signInUrl: `${SITE}/sign-in`, metadataUrl: `${SITE}/metadata` }
    const acme = samlIdentityProvider({ ...addresses, now: clock.now })
    const settings = {
      issuer: acme.issuer,
      signInUrl: acme.signInUrl,
      certificates: acme.certificate(),
      unsolicited: { relyingParty: DEMO_CLIENT_ID },
    }
    const house = await openHouse({
      database: opened.address,
      clock,
      nodes,
      settings: (demo) => ({
        ...demo,
        connections: [...demo.connections, { name: 'acme', type: 'saml', label: 'Acme', settings }],
        relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'acme'] }],
      }),
    })
    t.after(async () => {
      await house.close()
      await calls.close()
      await opened.close()
      clock.stop()
    })
    const callback = `${house.publicUrl.origin}/login/callback/acme`
    const post = async (body: string): Promise<number> => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await calls.fetch(callback, { method: 'POST', redirect: 'manual', headers, body })
      await answer.text()
      assert.ok(!answer.headers.getSetCookie().some((cookie) => cookie.includes('session')), 'nobody is signed in by a post')
      return answer.status
    }
    for (let answer = 0; answer < ANSWERS; answer += 1) {
      const body = new URLSearchParams(acme.unasked(callback, `${house.publicUrl.origin}/samlp/metadata?connection=acme`)).toString()
      const statuses = await Promise.all(Array.from({ length: RACERS }, () => post(body)))
      assert.deepEqual(
        statuses.toSorted((a, b) => a - b),
        [303, ...Array.from({ length: RACERS - 1 }, () => 403)],
      )
    }
    assert.deepEqual(graphWrites(house), [])
    t.diagnostic(`count ${ANSWERS * RACERS} unsolicited answers posted, one of each taken`)
  })
}
