import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { jobOf } from '../../support/rule-jobs.ts'
import { openPool } from '../../support/rule-pool.ts'

const SAYS = '.on("error", (error) => callback(null, { said: error.code }, context))'

const changes = (patch: string, id = 'user.user_id') =>
  `auth0.users.updateAppMetadata(${id}, ${patch}).then(() => callback(null, user, context), () => callback(null, user, context))`

/** What a script comes to that takes what people say about themselves as it is; none of it means harm. */
const odd: Readonly<Record<string, readonly [body: string, end: 'passed' | 'output']>> = {
  'a host longer than any': [`require("http").get({ host: user.name.repeat(300) + ".example" })${SAYS}`, 'passed'],
  'a host longer than anybody reads': [`require("net").connect(443, user.name.repeat(70000))${SAYS}`, 'passed'],
  'an address to fetch with such a host': [
    'fetch("https://" + user.name.repeat(300) + ".example").catch(() => callback(null, user, context))',
    'passed',
  ],
  'a change of metadata of too many bytes': [changes('{ text: user.name.repeat(70000) }'), 'passed'],
  'a change of metadata that is nested too deeply': [
    `let deep = {}; for (let n = 0; n < 60; n += 1) deep = { deep }; ${changes('deep')}`,
    'passed',
  ],
  'a change of metadata of somebody with a long id': [changes('{}', 'user.name.repeat(5000)'), 'passed'],
  'a user nested too deeply': [
    'let deep = {}; for (let n = 0; n < 60; n += 1) deep = { deep }; callback(null, { deep }, context)',
    'output',
  ],
  'a user of too many values': ['callback(null, { list: Array.from({ length: 60000 }, () => 1) }, context)', 'output'],
  'a user of too many bytes': ['callback(null, { text: "\\u6F22".repeat(200000) }, context)', 'output'],
}

const { pool } = openPool()
after(pool.stop)

/** It has done something outside, so that it can not be run again elsewhere. */
const NEIGHBOR = `auth0.users.updateAppMetadata('auth0|1', {}).then(() => setTimeout(() => callback(null, user, context), 300))`

for (const [name, [body, end]] of Object.entries(odd))
  test(`${name} ends at most the sign-in of whom it is about: its neighbors go on`, async () => {
    const script = `function (user, context, callback) { if (user.name) { ${body} } else ${NEIGHBOR} }`
    let isUnderWay = (): void => undefined
    const begun = new Promise<void>((done) => {
      isUnderWay = done
    })
    const updateMetadata = async () => {
      isUnderWay()
      return {}
    }
    const neighbor = pool.run(jobOf([script], { user: {}, budgetMs: 20_000, updateMetadata }))
    await begun
    const result = await pool.run(jobOf([script], { user: { name: 'a' }, budgetMs: 20_000 }))
    assert.equal(result.kind === 'failed' ? result.why : result.kind, end)
    assert.equal((await neighbor).kind, 'passed')
  })
