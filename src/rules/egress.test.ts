import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { callerOf } from '../../test/support/rule-jobs.ts'
import { egress } from './egress.ts'

/** Of this machine, though it looks like anybody's. */
const OWN = '93.184.216.99'

const world = (answers: Readonly<Record<string, readonly (readonly string[])[]>>, privateHosts: readonly string[] = []) => {
  const asked: string[] = []
  const connected: string[] = []
  const dead = new Set<string>()
  const notes: string[] = []
  const reach = egress({
    lookup: async (host) => {
      asked.push(host)
      const all = answers[host] ?? []
      return all[Math.min(asked.filter((name) => name === host).length, all.length) - 1] ?? []
    },
    connect: async ({ address, port }) => {
      if (dead.has(address)) throw Object.assign(new Error(`connect ECONNREFUSED ${address}:${port}`), { code: 'ECONNREFUSED' })
      connected.push(`${address}:${port}`)
      return new Duplex({ read: () => undefined })
    },
    ownAddresses: () => ['192.0.2.1', OWN, '2A00:1450:0:0::5', 'fe80::1'],
    privateHosts,
  })
  const go = (host: string, port = 443, hosts?: readonly string[]) => reach({ host, port, ...(hosts && { hosts }) }, callerOf(notes))
  return { go, asked, connected, dead, notes }
}

const PUBLIC = '93.184.216.34'

describe('where rules may go', () => {
  test('to the very address that was looked at, asked for once', async () => {
    const { go, asked, connected } = world({ 'api.example.com': [[PUBLIC], ['127.0.0.1']] })
    await go('API.example.com.')
    assert.deepEqual(asked, ['api.example.com'])
    assert.deepEqual(connected, [`${PUBLIC}:443`])
  })

  test('not where one of the addresses is near, even if another is not', async () => {
    const { go, connected, notes } = world({ 'mixed.example': [[PUBLIC, '10.0.0.1']], 'six.example': [['::ffff:127.0.0.1']] })
    await assert.rejects(go('mixed.example'), { code: 'EACCES' })
    await assert.rejects(go('six.example'), { code: 'EACCES' })
    assert.deepEqual(connected, [])
    assert.match(notes.join(), /Not connected to mixed.example:443: its address is not a public one/)
  })

  test('to the web of this machine, and to nothing else that listens on it', async () => {
    const { go, connected, notes } = world({ 'here.example': [[PUBLIC, OWN]], 'six.example': [['2a00:1450::5']] })
    for (const host of ['here.example', 'six.example', OWN]) {
      await go(host)
      await assert.rejects(go(host, 5432), { code: 'EACCES' })
    }
    await go(PUBLIC, 5432)
    assert.deepEqual(connected, [`${PUBLIC}:443`, '2a00:1450::5:443', `${OWN}:443`, `${PUBLIC}:5432`])
    assert.match(notes.join(), /Not connected to here.example:5432: it is this machine, and this port is not for rules/)
  })

  test('not to names of what is near, whatever they resolve to', async () => {
    const { go, asked } = world({ localhost: [[PUBLIC]], 'a.internal': [[PUBLIC]] })
    for (const host of ['localhost', 'LOCALHOST.', 'x.localhost', 'printer.local', 'a.internal'])
      await assert.rejects(go(host), { code: 'EACCES' })
    assert.deepEqual(asked, [])
  })

  test('to a listed host of the network, and to no other', async () => {
    const { go, connected } = world({ 'crm.corp.example': [['10.1.2.3']], 'db.corp.example': [['10.1.2.4']] }, [
      'crm.corp.example',
      '127.0.0.1',
    ])
    await go('crm.corp.example', 8443)
    await go('127.0.0.1', 8080)
    await assert.rejects(go('db.corp.example'), { code: 'EACCES' })
    assert.deepEqual(connected, ['10.1.2.3:8443', '127.0.0.1:8080'])
  })

  test('a script with a list of hosts reaches those alone, by name and by address', async () => {
    const { go, connected } = world({ 'api.example.com': [[PUBLIC]], 'evil.example': [[PUBLIC]] })
    await go('api.example.com', 443, ['api.example.com'])
    for (const host of ['evil.example', PUBLIC]) await assert.rejects(go(host, 443, ['api.example.com']), { code: 'EACCES' })
    assert.equal(connected.length, 1)
  })

  test('not to ports of services that trust their neighbors', async () => {
    const { go, connected } = world({ 'api.example.com': [[PUBLIC]] })
    for (const port of [0, 22, 25, 53, 445]) await assert.rejects(go('api.example.com', port), { code: 'EACCES' })
    for (const port of [80, 443, 5432, 8443]) await go('api.example.com', port)
    assert.equal(connected.length, 4)
  })

  test('to the next address when one does not answer; a name without any is not found', async () => {
    const { go, connected, dead } = world({ 'api.example.com': [['1.1.1.1', '1.0.0.1']] })
    dead.add('1.1.1.1')
    await go('api.example.com')
    assert.deepEqual(connected, ['1.0.0.1:443'])
    dead.add('1.0.0.1')
    await assert.rejects(go('api.example.com'), { code: 'ECONNREFUSED' })
    await assert.rejects(go('nowhere.example'), { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND nowhere.example' })
  })

  test('what a script calls a host is written down harmlessly', async () => {
    const { go, notes } = world({})
    await assert.rejects(go('a\n\u001b[31m"<script>', 80), { code: 'EACCES' })
    assert.match(notes.join(), /^Not connected to a\?\?\[31m"<script>:80: it is neither a name nor an address\.$/)
  })
})
