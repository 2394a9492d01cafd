import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFindings } from '#management/auth0/findings.ts'
import { readRuleFolder } from '#management/rules/rule-folder.ts'

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8')
const paths = readdirSync(import.meta.dirname)
const names = paths.filter((path) => path.endsWith('.js')).map((path) => path.slice(0, -'.js'.length))

test('the folder can be brought to Usher as it is', () => {
  const findings = createFindings()
  const rules = readRuleFolder({ paths, read }, findings)
  assert.deepEqual(findings.all(), [])
  assert.deepEqual(
    rules.map(({ name, kind }) => [name, kind]),
    names.map((name) => [name, 'rule']),
  )
})

test('every rule is in the table, with what it reads from the configuration, and has a test', () => {
  const lines = read('README.md').split('\n')
  for (const name of names) {
    const line = lines.find((one) => one.startsWith(`| [${name}](${name}.js)`))
    const keys = [...read(`${name}.js`).matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([key]) => key)
    assert.ok(line, name)
    for (const key of new Set(keys)) assert.ok(line.includes(`\`${key}\``), `${name}: ${key}`)
    assert.ok(existsSync(join(import.meta.dirname, `${name}.test.ts`)), name)
  }
})
