import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jumpClock } from '../../../test/support/jump-clock.ts'
import { clouds } from './clouds.ts'
import { tenantNames } from './tenant-names.ts'

const ID = '11111111-2222-3333-4444-555555555555'
const OTHER = '99999999-2222-3333-4444-555555555555'
const issuers: Readonly<Record<string, unknown>> = {
  'contoso.onmicrosoft.com': `https://login.microsoftonline.com/${ID.toUpperCase()}/v2.0`,
  'contoso.example': `https://login.microsoftonline.com/${ID}/v2.0`,
  'fabrikam.onmicrosoft.com': `https://login.microsoftonline.com/${OTHER}/v2.0`,
  'odd.example': `https://login.microsoftonline.com/common/${ID}/v2.0`,
  'odder.example': 7,
}

const open = (tenant: string, isDown = false) => {
  const asked: string[] = []
  const names = tenantNames({
    settings: { tenant },
    cloud: clouds.global,
    clock: jumpClock(),
    fetch: async (url) => {
      asked.push(url)
      if (isDown) throw new Error('no network')
      const issuer = issuers[url.split('/')[3] ?? '']
      return issuer === undefined ? Response.json({ error: 'invalid_tenant' }, { status: 400 }) : Response.json({ issuer })
    },
  })
  return { names, asked }
}

const cases = [
  [ID.toUpperCase(), true],
  [OTHER, false],
  ['Contoso.onmicrosoft.com', true],
  ['contoso.example', true],
  ['fabrikam.onmicrosoft.com', false],
  ['unheard-of.example', false],
  ['odd.example', false],
  ['odder.example', false],
  ['common', false],
  ['..', false],
  ['a.example/b', false],
  ['', false],
] as const

for (const [name, isOurs] of cases)
  test(`${JSON.stringify(name)} is ${isOurs ? '' : 'not '}a name of the tenant`, async () =>
    assert.equal(await open(ID).names(name), isOurs))

test('a tenant that the settings name by a domain is asked about too', async () => {
  assert.equal(await open('contoso.example').names('contoso.onmicrosoft.com'), true)
  assert.equal(await open('contoso.example').names('fabrikam.onmicrosoft.com'), false)
})

test('what was said once is not asked again, and what could not be said is', async () => {
  const { names, asked } = open(ID)
  for (let time = 0; time < 3; time += 1) await names('contoso.example')
  assert.deepEqual(asked, ['https://login.microsoftonline.com/contoso.example/v2.0/.well-known/openid-configuration'])
  const down = open(ID, true)
  for (let time = 0; time < 2; time += 1) assert.equal(await down.names('contoso.example'), false)
  assert.equal(down.asked.length, 2)
})
