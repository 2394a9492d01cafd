import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitTo } from '../../../test/support/wsfed-samples.ts'
import { languageOf } from './language.ts'
import { readParameters } from './parameters.ts'

const language = (parameters: Readonly<Record<string, string>>) =>
  languageOf(readParameters(visitTo(`/wsfed?${new URLSearchParams(parameters)}`)))

test('the market is a language tag', () => {
  assert.equal(language({ mkt: 'de-AT' }), 'de-AT')
  assert.equal(language({ mkt: 'zh-Hans-CN', lc: '1033' }), 'zh-Hans-CN')
})

test('the Windows id names the language; its country does not matter', () => {
  for (const [lc, expected] of [
    ['1033', 'en'],
    ['2057', 'en'],
    ['1031', 'de'],
    ['3079', 'de'],
    ['1044', 'nb'],
    ['2052', 'zh'],
    ['1041', 'ja'],
  ] as const)
    assert.equal(language({ lc }), expected)
})

test('nonsense is no language', () => {
  const nonsense: readonly Readonly<Record<string, string>>[] = [
    {},
    { mkt: '' },
    { mkt: '"><script>' },
    { mkt: 'x' },
    { mkt: '../../etc' },
    { lc: '0' },
    { lc: '-1' },
    { lc: '999999' },
    { lc: '1e3' },
  ]
  for (const parameters of nonsense) assert.equal(language(parameters), undefined, JSON.stringify(parameters))
  assert.equal(language({ mkt: '?', lc: '1033' }), 'en')
})
