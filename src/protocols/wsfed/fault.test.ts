import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOMParser } from '@xmldom/xmldom'
import { UsherError } from '#kernel/errors.ts'
import { fault } from './fault.ts'

const reasonIn = (xml: string): string | null | undefined =>
  new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName('env:Text')[0]?.textContent

test('a fault says what the rule says to the person, and our code', () => {
  const xml = fault(new UsherError('rule_denied', { said: 'Only <members> & guests.' }))
  assert.equal(reasonIn(xml), 'Only <members> & guests.')
  assert.ok(xml.includes('rule_denied'))
  assert.ok(!xml.includes('<members>'))
})

test('what XML cannot carry is not said, and is no reason to stumble', () => {
  assert.equal(reasonIn(fault(new UsherError('rule_denied', { said: 'bell \u0007' }))), 'You do not have access')
  assert.equal(reasonIn(fault(new UsherError('rule_denied'))), 'You do not have access')
})
