import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trial } from '#kernel/connection-trial.ts'
import { Secret } from '#kernel/secret.ts'
import { AT, onEachDatabase } from '../../../test/support/stores.ts'
import { settingsOf } from '../../../test/conformance/connection.ts'

const trial: Trial = {
  stage: 'waiting',
  id: 'a ticket that nobody guesses',
  connection: settingsOf('oidc', { settings: { clientSecret: new Secret('told to nobody 7d1f'), deep: [{ pin: new Secret('4711') }] } }),
  by: 'the test',
  reference: 'reference',
  expiresAt: AT + 1_000,
}

onEachDatabase((name, open) => {
  test(`${name}: a test is found by its ticket until its time is over, secrets included`, async (t) => {
    const { stores, another } = await open(t)
    await stores.connectionTrials.add(trial)
    const others = await another()
    const found = await others.connectionTrials.find(trial.id, AT)
    assert.deepEqual(found?.trial, trial)
    const { clientSecret } = found.trial.connection.settings
    assert.ok(clientSecret instanceof Secret)
    assert.equal(clientSecret.reveal(), 'told to nobody 7d1f')
    assert.equal(await stores.connectionTrials.find(`${trial.id} `, AT), undefined)
    assert.equal(await stores.connectionTrials.find(trial.id, trial.expiresAt), undefined)
    await stores.connectionTrials.remove(trial.id)
    assert.equal(await stores.connectionTrials.find(trial.id, AT), undefined)
    assert.equal(await stores.connectionTrials.advance(trial, 1), false, 'taken back')
  })

  test(`${name}: of many who move it on at once one does`, async (t) => {
    const { stores } = await open(t)
    await stores.connectionTrials.add(trial)
    const moved = await Promise.all(Array.from({ length: 10 }, () => stores.connectionTrials.advance({ ...trial, stage: 'back' }, 1)))
    assert.equal(moved.filter(Boolean).length, 1)
    assert.equal((await stores.connectionTrials.find(trial.id, AT))?.version, 2)
  })

  test(`${name}: neither ticket nor secret nor what was said lies open, and nothing stays`, async (t) => {
    const { stores, sql } = await open(t)
    const said = '{"$sealed":"what somebody said"}'
    const outcome = { kind: 'failed', failure: 'connection_refused', reference: 'r', detail: { said } } as const
    await stores.connectionTrials.add({ ...trial, stage: 'over', outcome })
    const rows = JSON.stringify(await sql('select * from connection_trials'))
    for (const one of [trial.id, 'told to nobody', 'what somebody said', 'acme']) assert.ok(!rows.includes(one), one)
    const found = await stores.connectionTrials.find(trial.id, AT)
    assert.ok(found?.trial.stage === 'over')
    assert.deepEqual(found.trial.outcome, outcome, 'what was said is never taken for a secret')
    await stores.upkeep.deleteExpired(trial.expiresAt, 10)
    assert.deepEqual(await sql('select * from connection_trials'), [])
  })

  test(`${name}: that a connection worked is read with the settings, on every node, and is an event`, async (t) => {
    const { stores, another, sql } = await open(t)
    const others = await another()
    const { id: _, ...declared } = trial.connection
    await stores.settings.apply({ relyingParties: [], connections: [declared], targets: [] }, AT)
    assert.equal((await others.settings.current()).tested, undefined)
    const [before] = (await others.settings.current()).connections
    const tested = { connection: 'acme', fingerprint: 'one', at: AT, by: 'the test' }
    await stores.connectionTests.add(tested, 'r')
    await stores.connectionTests.add({ ...tested, at: AT + 1, by: 'another' }, 'r')
    await stores.connectionTests.add({ ...tested, fingerprint: 'two', at: AT + 2 }, 'r')
    const after = await others.settings.current()
    assert.deepEqual(after.tested, [
      { ...tested, at: AT + 1, by: 'another' },
      { ...tested, fingerprint: 'two', at: AT + 2 },
    ])
    assert.equal(after.connections[0], before, 'what was opened for it stays open')
    const [row] = await sql('select body_json from settings')
    assert.ok(!String(row?.['body_json']).includes('"tested"'), 'kept in one place')
    const { changes } = await stores.settings.apply({ relyingParties: [], connections: [declared], targets: [] }, AT)
    assert.deepEqual(changes, [])
    const events = await sql(`select type from events where type = 'connection_tested'`)
    assert.equal(events.length, 3)
  })
})
