import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { AT, type OpenStores } from '../../support/stores.ts'
import { signIn } from './records.ts'

const SEEDS = process.env['USHER_TEST_LONG'] ? 1_000 : 50
const WRITERS = 8
const ID = 'google-oauth2|110'
const HOME = { connection: 'con_google', subject: '110' }

/** What rules and administrators write about users. */
export const metadataConformance = (name: string, open: OpenStores): void => {
  test(`${name}: a patch replaces what it names at the first level, null takes away, the rest stays`, async (t) => {
    const opened = await open(t)
    const { records } = opened.stores
    await signIn(opened)
    const patch = (kind: 'app' | 'user', one: JsonObject) =>
      records.patchMetadata({ kind, publicId: ID, patch: one, by: 'rule x', at: AT + 1 })
    await patch('app', { plan: { tier: 1, seats: 2 }, roles: ['a'], gone: 1 })
    const after = await patch('app', { plan: { tier: 2 }, gone: null, never: null })
    assert.deepEqual(after?.appMetadata, { plan: { tier: 2 }, roles: ['a'] })
    assert.deepEqual(after?.userMetadata, {})
    assert.deepEqual((await patch('user', { theme: 'dark' }))?.userMetadata, { theme: 'dark' })
    assert.deepEqual(await records.byPublicId(ID), await patch('user', { theme: 'dark' }))
    const again = await signIn(opened, undefined, { root: {} })
    assert.deepEqual(
      [again.appMetadata, again.userMetadata],
      [{ plan: { tier: 2 }, roles: ['a'] }, { theme: 'dark' }],
      'no sign-in takes it',
    )
  })

  test(`${name}: every change is written down with who made it, and no value of it; none is none`, async (t) => {
    const opened = await open(t)
    await signIn(opened)
    const change = { kind: 'app', publicId: ID, patch: { secret: 'do-not-tell' }, by: 'token ci', reference: 'r-1', at: AT + 1 } as const
    await opened.stores.records.patchMetadata(change)
    await opened.stores.records.patchMetadata(change)
    const events = await opened.sql(`select reference, facts_json from events where type = 'metadata_changed'`)
    assert.deepEqual(
      events.map((one) => [one['reference'], JSON.parse(String(one['facts_json']))]),
      [['r-1', { by: 'token ci', app: 1 }]],
    )
  })

  guarded(name, open)
  linear(name, open)
}

/** What must not happen to them. */
const guarded = (name: string, open: OpenStores): void => {
  test(`${name}: nobody is changed who is not called exactly so`, async (t) => {
    const opened = await open(t)
    await signIn(opened)
    const patch = { kind: 'app', patch: { a: 1 }, by: 'rule x', at: AT } as const
    for (const publicId of ['google-oauth2|11', 'google-oauth2|%', '110'])
      assert.equal(await opened.stores.records.patchMetadata({ ...patch, publicId }), undefined)
    assert.deepEqual((await opened.stores.records.byPublicId(ID))?.appMetadata, {})
  })

  test(`${name}: 32 kB of each kind are kept and no more, and a refusal leaves what was there`, async (t) => {
    const opened = await open(t)
    await signIn(opened)
    const patch = (text: string) =>
      opened.stores.records.patchMetadata({ kind: 'app', publicId: ID, patch: { text }, by: 'rule x', at: AT })
    const most = 32 * 1024 - JSON.stringify({ text: '' }).length
    await patch('x'.repeat(most))
    await assert.rejects(patch('x'.repeat(most + 1)), { code: 'metadata_too_large' })
    await assert.rejects(patch('ü'.repeat(most / 2 + 1)), { code: 'metadata_too_large' }, 'bytes, not characters')
    assert.equal(String((await opened.stores.records.byPublicId(ID))?.appMetadata['text']).length, most)
  })

  test(`${name}: somebody whose connection says more than is kept can be blocked, and remembers as much as anybody`, async (t) => {
    const opened = await open(t)
    const { records, people } = opened.stores
    const groups = Array.from({ length: 4_000 }, (_, n) => `group ${n}`)
    const { userId, root } = await signIn(opened, undefined, { root: { groups } })
    await records.patch({ publicId: ID, blocked: true, app: { a: 1 }, by: 'token x', at: AT + 1 })
    assert.equal((await people.standing(userId, 't'))?.user.blocked, true)
    const change = { publicId: ID, by: 'token x', at: AT + 2 }
    await assert.rejects(records.patch({ ...change, root: { nickname: 'd' } }), { code: 'metadata_too_large' }, 'not more of it')
    assert.deepEqual((await records.byPublicId(ID))?.root, root)
    assert.deepEqual((await records.patch({ ...change, root: { groups: null } }))?.root, {})
  })

  test(`${name}: any JSON comes back as it was`, async (t) => {
    const opened = await open(t)
    await signIn(opened)
    const odd: JsonObject = JSON.parse(
      '{"__proto__": {"a": 1}, "constructor": "x", "n": "\\u0000\\ud800 \'\\"", "": [null, 1.5e300, {"deep": null}]}',
    )
    const after = await opened.stores.records.patchMetadata({ kind: 'user', publicId: ID, patch: odd, by: 'rule x', at: AT })
    assert.deepEqual(after?.userMetadata, odd)
    assert.equal(Object.hasOwn(after?.userMetadata ?? {}, '__proto__'), true)
    assert.equal(Reflect.get({}, 'a'), undefined)
  })

  wholly(name, open)
}

/** Several things in one change. */
const wholly = (name: string, open: OpenStores): void => {
  test(`${name}: root fields and whether somebody is blocked`, async (t) => {
    const opened = await open(t)
    const { records } = opened.stores
    const { userId } = await signIn(opened)
    const after = await records.patch({
      publicId: ID,
      root: { nickname: 'dw', groups: null },
      blocked: true,
      by: 'token x',
      at: AT + 1,
    })
    assert.deepEqual(after?.root, { email: 'Dana@Fabrikam.example', email_verified: true, name: 'Dana W.', nickname: 'dw' })
    assert.equal(after?.blocked, true)
    assert.equal((await opened.stores.people.standing(userId, 't'))?.user.blocked, true)
    const back = await records.patch({ publicId: ID, blocked: false, by: 'token x', at: AT + 2 })
    assert.equal(back?.blocked, false)
  })

  test(`${name}: a change is made whole or not at all`, async (t) => {
    const opened = await open(t)
    const before = await signIn(opened)
    const change = { publicId: ID, app: { a: 1 }, user: { text: 'x'.repeat(33_000) }, blocked: true, by: 'token x', at: AT + 1 }
    await assert.rejects(opened.stores.records.patch(change), { code: 'metadata_too_large' })
    assert.deepEqual(await opened.stores.records.byPublicId(ID), before)
  })

  test(`${name}: an address that was confirmed here stays so at the next sign-in`, async (t) => {
    const opened = await open(t)
    const { passwords, people } = opened.stores
    const entry = { connection: HOME.connection, username: 'dana', subject: HOME.subject, hash: 'h', email: 'd@x.example', attributes: {} }
    await passwords.add({ ...entry, names: {}, emailVerified: false }, AT)
    const { userId } = await signIn(opened)
    const after = await opened.stores.records.patch({ publicId: ID, emailVerified: true, by: 'rule x', at: AT + 1 })
    assert.equal(after?.root['email_verified'], true)
    assert.equal((await people.standing(userId, 't'))?.user.emailVerified, true)
    assert.equal((await passwords.find(HOME.connection, 'dana'))?.emailVerified, true)
  })
}

interface Write {
  readonly writer: number
  readonly patch: JsonObject
  /** Instants of a common clock: when it was asked for, and when it was answered. */
  readonly asked: number
  readonly answered: number
}

const linear = (name: string, open: OpenStores): void => {
  test(`${name}: no update of app metadata is lost, whoever writes at the same time (${SEEDS} seeds, ${WRITERS} writers)`, async (t) => {
    const opened = await open(t)
    const nodes = [opened.stores, await opened.another()]
    await signIn(opened)
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const writes = await race(nodes, seed)
      const after = (await opened.stores.records.byPublicId(ID))?.appMetadata ?? {}
      for (const { writer, patch } of writes)
        assert.equal(after[`own${seed % 3}-${writer}`], patch[`own${seed % 3}-${writer}`], `seed ${seed}: lost`)
      assertLinear(writes, after['shared'], seed)
    }
    t.diagnostic(`${SEEDS * WRITERS} updates, 0 lost`)
  })
}

/** Each writer writes a key of its own and one that all share, through the node the seed says. */
const race = async (nodes: readonly Awaited<ReturnType<OpenStores>>['stores'][], seed: number): Promise<readonly Write[]> => {
  let clock = 0
  return Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const patch = { [`own${seed % 3}-${writer}`]: seed, shared: `${seed}-${writer}` }
      for (let turn = 0; turn < (seed * 7 + writer * 3) % 5; turn += 1) await Promise.resolve()
      clock += 1
      const asked = clock
      const node = nodes[(seed >> writer) & 1 ? 1 : 0] ?? nodes[0]
      const after = await node?.records.patchMetadata({ kind: 'app', publicId: ID, patch, by: `writer ${writer}`, at: AT + seed })
      assert.equal(after?.appMetadata['shared'], patch.shared, 'whoever wrote sees what they wrote')
      clock += 1
      return { writer, patch, asked, answered: clock }
    }),
  )
}

/** The value that stayed was written by somebody after whose answer nobody began. */
const assertLinear = (writes: readonly Write[], kept: unknown, seed: number): void => {
  const last = writes.find(({ patch }) => patch['shared'] === kept)
  assert.ok(last, `seed ${seed}: ${String(kept)} was written by nobody`)
  for (const { asked } of writes) assert.ok(asked <= last.answered, `seed ${seed}: an older value stayed`)
}
