import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jobOf, scriptOf } from '../../test/support/rule-jobs.ts'
import type { Job } from './isolation.ts'
import { strikeOut } from './strike-out.ts'

const over = (configuration: Job['configuration'], secrets: Readonly<Record<string, string>> = {}) =>
  strikeOut(jobOf([scriptOf('x', { secrets })], { configuration }))

describe('what is kept and told of scripts', () => {
  test('secrets are out of texts and names, in each spelling and at any depth; short words stay', () => {
    const secret = 'p"ä/ss+wörd\n'
    const { object } = over({ KEY: secret, REGION: 'eu-1' }, { HOOK: 'hook-secret' })
    const bytes = Buffer.from(secret)
    const said = object({
      plain: `<${secret}>`,
      written: JSON.stringify({ secret }),
      address: `?k=${encodeURIComponent(secret)}`,
      encoded: [bytes.toString('base64'), bytes.toString('base64url'), { deep: bytes.toString('hex') }],
      [`named ${secret}`]: { [secret]: null },
      action: 'with hook-secret',
      region: 'eu-1',
    })
    const text = JSON.stringify(said)
    assert.ok(!text.includes('ss+w') && !text.includes('hook-secret') && !text.includes(bytes.toString('hex')), text)
    assert.equal(said['region'], 'eu-1')
    assert.deepEqual(said['encoded'], ['[secret]', '[secret]', { deep: '[secret]' }])
    assert.deepEqual(said['named [secret]'], { '[secret]': null })
  })

  test('a secret that another one begins with leaves no rest of it', () => {
    assert.equal(over({ ONE: 'abcdef', TWO: 'abcdef-and-more' }).text('say abcdef-and-more, abcdef'), 'say [secret], [secret]')
  })

  test('a secret that was cut in two at the end of what is kept leaves none of its beginning', () => {
    const secret = 'aaaab-very-long-secret-aaaab-indeed'
    const { text } = over({ KEY: secret })
    for (let length = 6; length < secret.length; length += 1)
      assert.equal(text(`and aaaa then ${secret.slice(0, length)}`), 'and aaaa then [secret]', String(length))
    assert.equal(text(`?k=${encodeURIComponent('aaaab-very')}`), '?k=[secret]')
    assert.equal(text('it ends in aaaab'), 'it ends in aaaab', 'too short to tell anybody anything')
    assert.equal(text('aaaab-very long'), 'aaaab-very long')
  })

  test('numbers, escapes and words of ours stay what they are', () => {
    const { object, result } = over({ GROUP: '100000', TABLE: 'nightly', WORD: 'passed', KIND: 'timeout', PIN: '48151623' })
    assert.deepEqual(object({ at: 1_100_000_000_000, text: 'first\nightly', pin: 48_151_623 }), {
      at: 1_100_000_000_000,
      text: 'first\nightly',
      pin: '[secret]',
    })
    const ran = { console: [], timings: [] }
    assert.equal(result({ ...ran, kind: 'passed', user: {}, context: {} }).kind, 'passed')
    assert.deepEqual(result({ ...ran, kind: 'failed', why: 'timeout' }), { ...ran, kind: 'failed', why: 'timeout' })
  })

  test('tokens are out by their looks', () => {
    const { text } = over({})
    assert.equal(text('?session_token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl&state=1'), '?session_token=[token]&state=1')
    assert.equal(text('Authorization: Basic bWU6YSBzZWNyZXQ='), 'Authorization: Basic [token]')
  })
})
