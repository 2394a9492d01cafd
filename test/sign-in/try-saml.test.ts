import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databases } from '../support/databases.ts'
import { assertPage, guest } from '../support/guests.ts'
import { openHouse } from '../support/house.ts'
import { listeningSamlProvider } from '../support/listening-saml-provider.ts'
import { createStoryClock } from '../support/story-clock.ts'

for (const binding of ['redirect', 'post'] as const)
  test(`a test of a SAML connection whose requests go by ${binding}, and its metadata, which is gone while it is switched off`, async (t) => {
    const [sqlite] = databases
    assert.ok(sqlite)
    const opened = await sqlite.open()
    const clock = createStoryClock()
    const acme = await listeningSamlProvider({ now: clock.now, binding })
    const settings = { issuer: acme.issuer, metadataUrl: acme.metadataUrl }
    const connection = { name: 'acme', type: 'saml', label: 'Acme', settings }
    const house = await openHouse({
      database: opened.address,
      clock,
      settings: (demo) => ({ ...demo, connections: [...demo.connections, connection] }),
    })
    t.after(async () => {
      await house.close()
      await acme.close()
      await opened.close()
      clock.stop()
    })
    const desk = await house.app().connectionDesk()
    const found = await desk.findConnection('acme')
    assert.ok(found)
    const { browser, onward } = guest(house)
    const { id, url } = await desk.orderTest(found, 'the test')
    const first = await browser.open(url)
    const form = first.url.origin === house.publicUrl.origin ? await onward(first) : first
    const shown = await browser.submit(form)
    assertPage(house, shown, /Acme works/, 200)
    const trial = await desk.findTest(id)
    assert.ok(trial?.stage === 'over' && trial.outcome.kind === 'proven')
    const [report] = (await desk.connections()).filter(({ name }) => name === 'acme')
    assert.deepEqual([report?.tested?.by, report?.people], ['the test', 0])
    assert.ok(![...browser.cookies(house.publicUrl.hostname).keys()].some((name) => name.includes('session')))
    assertPage(house, await browser.submit(form), /could not check that account/, 403)
    const metadata = `${house.publicUrl.origin}/samlp/metadata?connection=acme`
    assert.equal((await browser.open(metadata)).status, 200)
    await desk.switchConnection(found, false)
    assertPage(house, await browser.open(metadata), /does not exist/, 404)
  })
