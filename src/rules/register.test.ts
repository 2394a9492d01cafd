import assert from 'node:assert/strict'
import { writeSync } from 'node:fs'
import { test } from 'node:test'
import { openRegister, SLOTS } from './register.ts'

const entry = (run: number, script: number): Buffer => {
  const slot = Buffer.alloc(8)
  slot.writeUInt32LE(run, 0)
  slot.writeUInt32LE(script, 4)
  return slot
}

test('what was written of a run is read back, and nothing of another that had its place', () => {
  const register = openRegister()
  assert.ok(typeof register.descriptor === 'number')
  writeSync(register.descriptor, entry(7, 3), 0, 8, 7 * 8)
  assert.equal(register.scriptOf(7), 3)
  assert.equal(register.scriptOf(7 + SLOTS), undefined)
  assert.equal(register.scriptOf(8), undefined)
  register.close()
})

test('where nothing can be written, nothing is known and nothing fails', () => {
  const register = openRegister(['/nowhere/at/all'])
  assert.equal(register.descriptor, 'ignore')
  assert.equal(register.scriptOf(1), undefined)
  register.close()
})
