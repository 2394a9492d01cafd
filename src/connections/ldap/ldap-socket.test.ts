import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { lent } from './ldap-socket.ts'

test('a connection is lent once: the library can open none of its own, which would be one without TLS', () => {
  const socket = new Socket()
  const lend = lent(socket)
  assert.equal(lend(), socket)
  assert.throws(lend, { reason: 'connection lost' })
})
