import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '../../kernel/errors.ts'
import { cloudOf } from './clouds.ts'

test('each of Microsoft’s clouds has its own addresses and scope', () => {
  assert.deepEqual(cloudOf({ cloud: 'global' }), {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    scope: 'https://graph.microsoft.com/.default',
  })
  assert.equal(cloudOf({ cloud: 'us-government' }).graph, 'https://graph.microsoft.us')
  assert.equal(cloudOf({ cloud: 'us-dod' }).graph, 'https://dod-graph.microsoft.us')
  assert.equal(cloudOf({ cloud: 'us-dod' }).login, 'https://login.microsoftonline.us')
  assert.equal(cloudOf({ cloud: 'china' }).graph, 'https://microsoftgraph.chinacloudapi.cn')
  assert.equal(cloudOf({ cloud: 'china' }).login, 'https://login.chinacloudapi.cn')
})

test('a directory on this machine is taken from the settings', () => {
  const addresses = { login: 'http://login.localhost:4000/', graph: 'http://127.0.0.1:4000' }
  assert.deepEqual(cloudOf({ cloud: 'local', addresses }), {
    login: 'http://login.localhost:4000',
    graph: 'http://127.0.0.1:4000',
    scope: 'https://graph.microsoft.com/.default',
  })
})

const good = 'http://graph.localhost:4000'
for (const graph of [
  'http://graph.example',
  'https://graph.microsoft.com',
  'http://localhost.example',
  'http://graph.localhost.example:80',
  'http://127.0.0.1.example',
  'http://10.0.0.1',
  'http://169.254.169.254',
  'http://user@graph.localhost',
  'http://graph.localhost?x=1',
  'http://graph.localhost#x',
  'ftp://graph.localhost',
  'file:///etc/passwd',
  'graph.localhost',
  '',
]) {
  test(`an app secret is never sent to ${graph || 'nowhere'}`, () => {
    assert.throws(() => cloudOf({ cloud: 'local', addresses: { login: good, graph } }), isInvalid)
    assert.throws(() => cloudOf({ cloud: 'local', addresses: { login: graph, graph: good } }), isInvalid)
  })
}

const isInvalid = (error: unknown): boolean => error instanceof UsherError && error.code === 'settings_invalid'

test('addresses and cloud must fit', () => {
  assert.throws(() => cloudOf({ cloud: 'global', addresses: { login: good, graph: good } }), isInvalid)
  assert.throws(() => cloudOf({ cloud: 'local' }), isInvalid)
})
