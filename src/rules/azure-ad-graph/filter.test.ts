import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterIn } from './filter.ts'

const filters = [
  ["immutableId eq 'a+b='", { property: 'onPremisesImmutableId', value: 'a+b=' }],
  [" userPrincipalName  EQ  'o''neil@x.example' ", { property: 'userPrincipalName', value: "o'neil@x.example" }],
  ["mail eq ''", { property: 'mail', value: '' }],
  ["displayName eq 'a'", undefined],
  ["mail eq 'a' or mail eq 'b'", undefined],
  ["mail eq 'a' and accountEnabled eq true", undefined],
  ["mail ne 'a'", undefined],
  ["startswith(mail,'a')", undefined],
  ["constructor eq 'a'", undefined],
  ["mail eq 'a'b'", undefined],
  ['', undefined],
  [null, undefined],
] as const

for (const [text, filter] of filters) test(`$filter=${text}`, () => assert.deepEqual(filterIn(text), filter))
