import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from './address.ts'

test('an address may break after an @ and after a dot, and nothing else may', () => {
  assert.equal(address('dana.w@guests.fabrikam.example').toString(), 'dana.<wbr>w@<wbr>guests.<wbr>fabrikam.<wbr>example')
  for (const text of ['', 'Dana Whitfield', 'a sentence. And another.', 'wait ...', 'a@', '.']) assert.equal(address(text).toString(), text)
})

test('what stands in it stays text', () => {
  assert.equal(address('<b>@<script>.x').toString(), '&lt;b&gt;@<wbr>&lt;script&gt;.<wbr>x')
})
