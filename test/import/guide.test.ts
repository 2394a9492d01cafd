import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readSettings } from '../../src/management/settings-file.ts'
import { runUsher } from '../support/installation.ts'

const guide = readFileSync(new URL('../../docs/guides/moving-from-auth0.md', import.meta.url), 'utf8')

test('the settings that the guide shows are accepted', () => {
  const example = /```json settings\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(example)
  const { targets } = readSettings(JSON.parse(example), { file: 'settings.json', read: () => 'a secret', environment: {} })
  assert.equal(targets[0]?.domain, 'guests.contoso.com')
})

test('every option the guide tells of is one', async () => {
  const { stdout: help } = await runUsher(['import', 'auth0', '--help'])
  const told = [...guide.matchAll(/usher import auth0 ([^\n]*)/g)].flatMap(([, line = '']) => line.match(/--[a-z-]+/g) ?? [])
  assert.ok(told.length >= 5)
  for (const option of [...told, '--mapping', '--env-file']) assert.ok(help.includes(option), option)
  const { stdout: rules } = await runUsher(['rules', '--help'])
  for (const [, command = ''] of guide.matchAll(/usher (?:-- )?rules ([a-z]+)/g)) assert.match(rules, new RegExp(`^  ${command} `, 'm'))
})
