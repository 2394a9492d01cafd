import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { Client } from 'ldapts'
import { UsherError } from '#kernel/errors.ts'
import { authority } from '../../support/fake-ldap-certificates.ts'
import { type FakeLdapOptions, forgedBind } from '../../support/fake-ldap.ts'
import { ALICE, adSettings, type LdapStageOptions, ldapStage } from '../../support/fake-ldap-stage.ts'
import { listening } from '../../support/listening.ts'

// The host that every attack meets: somebody between us and the directory, or a directory that is not the right one.
const ours = authority()
const others = authority()
const closing: (() => unknown)[] = [ours.remove, others.remove]
after(() => Promise.all(closing.map((close) => close())))

const good = ours.certify()

/** A connection to a directory over TLS, from the first byte or from StartTLS on. */
const stageOf = async (way: 'ldaps' | 'starttls', options: Partial<FakeLdapOptions> = {}, settings: LdapStageOptions['settings'] = {}) => {
  const stage = await ldapStage({ certificate: good, ...(way === 'ldaps' && { ldaps: true }), ...options })
  closing.push(stage.directory.close)
  const { port } = stage.directory
  const urls = [way === 'ldaps' ? `ldaps://localhost:${port}` : `ldap://localhost:${port}`]
  const written = { ...stage.settings, urls, startTls: way === 'starttls', ca: ours.certificate, ...settings }
  return { ...stage, connection: stage.open(written) }
}

/** Nobody comes in, no password left this machine, and the log names the connection and the cause. */
const assertUnusable = async (stage: Awaited<ReturnType<typeof stageOf>>, reason: RegExp): Promise<void> => {
  const error = await stage.connection.verify(stage.right).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof UsherError && error.code === 'connection_unavailable', String(error))
  assert.deepEqual(stage.directory.binds, [], 'a password went to somebody who did not prove their name')
  const [line] = stage.lines
  assert.equal(line?.event, 'directory_server_failed')
  assert.match(JSON.stringify(line?.fields), reason)
  assert.match(JSON.stringify(line?.fields), /"connection":"acme"/)
}

for (const way of ['ldaps', 'starttls'] as const) {
  test(`${way}: with the right certificate people come in, and every password goes over TLS`, async () => {
    const { connection, right, directory } = await stageOf(way)
    assert.ok(await connection.verify(right))
    assert.equal(await connection.verify({ ...right, password: 'not hers' }), undefined)
    assert.ok(directory.binds.length >= 3)
    assert.ok(directory.binds.every(({ isSafe }) => isSafe))
  })

  test(`${way}: an address without a name is taken when the certificate has it`, async () => {
    const { connection, right } = await stageOf(way)
    assert.ok(await connection.verify(right))
    const named = await stageOf(way, {}, {})
    const urls = [`${way === 'ldaps' ? 'ldaps' : 'ldap'}://127.0.0.1:${named.directory.port}`]
    const byAddress = named.open({ ...named.settings, urls, startTls: way === 'starttls', ca: ours.certificate })
    assert.ok(await byAddress.verify(right))
  })

  test(`${way}: a certificate of another authority makes the directory unusable`, async () => {
    await assertUnusable(await stageOf(way, { certificate: others.certify() }), /certificate of an unknown authority/)
  })

  test(`${way}: a certificate that only the machine's own authorities could know is not trusted by a pinned one`, async () => {
    await assertUnusable(await stageOf(way, {}, { ca: others.certificate }), /certificate of an unknown authority/)
    await assertUnusable(await stageOf(way, {}, { ca: undefined }), /certificate of an unknown authority/)
  })

  test(`${way}: a certificate of another host makes the directory unusable`, async () => {
    const names = 'DNS:dc1.ad.usher.test,DNS:localhost.evil.test,DNS:*.localhost'
    await assertUnusable(await stageOf(way, { certificate: ours.certify({ names }) }), /certificate of another host/)
  })

  test(`${way}: an expired certificate, and one of tomorrow, make the directory unusable`, async () => {
    const old = ours.certify({ from: '20200101000000Z', until: '20210101000000Z' })
    await assertUnusable(await stageOf(way, { certificate: old }), /certificate expired/)
    const young = ours.certify({ from: '20480101000000Z', until: '20490101000000Z' })
    await assertUnusable(await stageOf(way, { certificate: young }), /certificate not valid yet/)
  })

  test(`${way}: a variable that turns certificates off turns nothing off here`, async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      await assertUnusable(await stageOf(way, { certificate: others.certify() }), /certificate of an unknown authority/)
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  test(`${way}: a directory that speaks no TLS is unusable`, async () => {
    await assertUnusable(
      await stageOf(way, { certificate: undefined, ldaps: undefined }),
      /cannot be reached safely|StartTLS refused|no answer/,
    )
  })
}

test('starttls: refused, the password is not sent in plain text instead', async () => {
  await assertUnusable(await stageOf('starttls', { startTls: 'refused' }), /StartTLS refused/)
})

test('starttls: taken and hung up on, nothing is said over another connection without it', async () => {
  const stage = await stageOf('starttls', { startTls: 'closed' })
  await assertUnusable(stage, /cannot be reached safely/)
  assert.equal(stage.directory.connections(), 1)
})

test('starttls: hung up on once TLS is there, the library opens no connection of its own', async () => {
  const stage = await stageOf('starttls')
  assert.ok(await stage.connection.verify(stage.right))
  stage.directory.change({ startTls: 'closed' })
  stage.directory.hangUp()
  const before = stage.directory.binds.length
  await assert.rejects(stage.connection.verify(stage.right), { code: 'connection_unavailable' })
  assert.equal(stage.directory.binds.length, before)
})

test('starttls: an answer that was slipped in before TLS began is no answer', async () => {
  for (const id of [2, 3, 4]) {
    const stage = await stageOf('starttls', { startTls: { spoken: forgedBind(id) } })
    const outcome = await stage.connection.verify({ ...stage.right, password: 'not hers' }).catch(() => 'away')
    assert.ok(outcome === undefined || outcome === 'away', `message ${id}`)
  }
})

test('starttls: the library alone would take such an answer, so that the check above can fail', async () => {
  const stage = await stageOf('starttls', { startTls: { spoken: forgedBind(3) } })
  const client = new Client({ url: `ldap://localhost:${stage.directory.port}`, timeout: 2_000 })
  await client.startTLS({ ca: ours.certificate })
  await client.bind(ALICE.dn, 'not hers')
  assert.deepEqual(stage.people()[0]?.isSafe, true)
  await client.unbind()
})

test('a server that says nothing, at any step, is given up; whoever comes next does not wait for it', async () => {
  const silent = createServer(() => undefined)
  const port = await listening(silent)
  closing.push(() => silent.close())
  const slept: number[] = []
  // Time that is over as soon as somebody waits a whole limit for the network.
  const clock = { now: () => Date.parse('2026-03-02T09:00:00Z'), sleep: (ms: number, signal?: AbortSignal) => soon(ms, slept, signal) }
  const stage = await ldapStage({ clock })
  closing.push(stage.directory.close)
  for (const url of [`ldaps://localhost:${port}`, `ldap://localhost:${port}`]) {
    slept.length = 0
    const connection = stage.open({ ...adSettings(port), urls: [url], startTls: url.startsWith('ldap:'), ca: ours.certificate })
    for (let round = 0; round < 5; round += 1) await assert.rejects(connection.verify(stage.right), { code: 'connection_unavailable' })
    assert.deepEqual(slept, [3_000], 'one person waited, and no longer than that')
  }
})

const soon = (ms: number, slept: number[], signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      slept.push(ms)
      resolve()
    }, 300)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

for (const hangs of ['search', 'bind'] as const)
  test(`a directory that does not answer a ${hangs} is away`, async () => {
    const slept: number[] = []
    const clock = { now: () => Date.parse('2026-03-02T09:00:00Z'), sleep: (ms: number, signal?: AbortSignal) => soon(ms, slept, signal) }
    const stage = await ldapStage({ clock, hangs })
    closing.push(stage.directory.close)
    await assert.rejects(stage.connection.verify(stage.right), { code: 'connection_unavailable' })
    assert.deepEqual(slept, [5_000])
  })

test('a server that takes a search and says nothing is left alone: the next one answers, and nobody else waits', async () => {
  const slept: number[] = []
  const clock = { now: () => Date.parse('2026-03-02T09:00:00Z'), sleep: (ms: number, signal?: AbortSignal) => soon(ms, slept, signal) }
  const silent = await ldapStage({ hangs: 'search' })
  const stage = await ldapStage({ clock })
  closing.push(silent.directory.close, stage.directory.close)
  const connection = stage.open(adSettings(silent.directory.port, stage.directory.port))
  for (let round = 0; round < 3; round += 1) assert.ok(await connection.verify(stage.right))
  assert.deepEqual(slept, [5_000])
  assert.equal(stage.lines.length, 1)
})
