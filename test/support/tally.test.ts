import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, test, type TestContext } from 'node:test'
import { closingLine, exitCodeOf, tallyOf } from './tally.ts'

const tallyOfFiles = async (t: TestContext, files: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-tally-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `import { test, describe } from 'node:test'\n${text}`)
  const paths = Object.keys(files)
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.test.ts'))
  // With this set, as it is in a test file, run() refuses to run anything.
  delete process.env['NODE_TEST_CONTEXT']
  return tallyOf(run({ files: paths, concurrency: 2 }))
}

test('passes, failures, skips and counts are told apart', async (t) => {
  const tally = await tallyOfFiles(t, {
    'mixed.test.ts': `
      test('passes', (t) => t.diagnostic('count 12 exchanges'))
      test('counts too', (t) => t.diagnostic('count 30 exchanges'))
      test('is skipped', { skip: 'no such thing here' }, () => {})
      describe('a suite', () => test('fails', () => { throw new Error('as it must') }))`,
  })
  assert.equal(tally.passed, 2)
  assert.equal(tally.failed, 1)
  assert.match(tally.failures[0] ?? '', /fails[\s\S]*as it must/)
  assert.deepEqual([...tally.counts], [['exchanges', 42]])
  assert.equal(closingLine(tally, []), '2 passed, 1 failed, 1 skipped')
  assert.equal(closingLine(tally, ['the moon']), '2 passed, 1 failed, 1 skipped, not run: the moon')
  assert.deepEqual([...tally.skipped], [['no such thing here', 1]])
  assert.equal(exitCodeOf(tally), 1)
})

test('files that ran no test, could not be loaded or ended early are failures', async (t) => {
  const tally = await tallyOfFiles(t, {
    'empty.test.ts': '',
    'unloadable.test.ts': `import './nowhere.ts'`,
    'early.test.ts': `test('one', () => {})\ntest('two', async () => { setImmediate(() => process.exit(0)); await new Promise(() => {}) })`,
    'good.test.ts': `test('good', () => {})`,
  })
  assert.equal(tally.failed, 3, tally.failures.join('\n'))
  for (const reason of [/ran no test/, /ERR_MODULE_NOT_FOUND/, /ended before its tests did/])
    assert.ok(
      tally.failures.some((one) => reason.test(one)),
      String(reason),
    )
  assert.equal(exitCodeOf(tally), 1)
})

test('tests that another file registers count where they ran', async (t) => {
  const tally = await tallyOfFiles(t, {
    'suite.ts': `export const suite = () => { test('shared', () => {}); test('broken', () => { throw new Error('as it must') }) }`,
    'one.test.ts': `import { suite } from './suite.ts'\nsuite()`,
  })
  assert.equal(tally.passed, 1)
  assert.equal(tally.failed, 1, tally.failures.join('\n'))
})

test('a run without any test fails', () => {
  const nothing = { passed: 0, failed: 0, skipped: new Map(), counts: new Map(), files: new Map(), failures: [] }
  assert.equal(exitCodeOf(nothing), 1)
  assert.equal(exitCodeOf({ ...nothing, passed: 1 }), 0)
  assert.equal(closingLine({ ...nothing, passed: 1 }, []), '1 passed, 0 failed')
})
