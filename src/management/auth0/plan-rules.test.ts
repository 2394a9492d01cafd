import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIRECTORY } from '../../../test/import/exports.ts'
import { planOf, said } from '../../../test/import/planning.ts'

const rule = (name: string, body: string) => ({
  [`rules/${name}.js`]: `function (user, context, callback) {\n  ${body}\n  callback(null, user, context)\n}`,
  [`rules/${name}.json`]: { name, script: `./${name}.js`, order: 50, enabled: true },
})

test('a rule that asks which country somebody is in is named: it would keep out nobody', () => {
  const files = {
    ...DIRECTORY,
    ...rule('Embargo', "if (context.request.geoip.country_code === 'XX') return callback(new UnauthorizedError('No.'))"),
    ...rule('Taken', 'const { geoip } = context.request'),
    ...rule('Spelled', "user.from = (context.request || {})['geoip']"),
    ...rule('Says', "user.note = 'geoip of context.request'"),
  }
  const told = said(planOf(files), 'needs').filter((line) => line.includes('geoip'))
  assert.equal(told.length, 3)
  assert.match(told.join('\n'), /rules\/Embargo\.json: rule Embargo: line 2: reads geoip, which is empty here: .* keeps out nobody/)
})
