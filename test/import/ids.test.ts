import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../src/kernel/secret.ts'
import { story } from '../support/story.ts'

const TENANT = '11111111-2222-4333-8444-555555555555'
const ANOTHER = 'aaaaaaaa-2222-4333-8444-555555555555'
const client = { clientId: 'c', clientSecret: new Secret('not that secret') }

interface Declared {
  readonly connections: readonly object[]
}

const settings = (demo: Declared) => ({
  ...demo,
  connections: [
    ...demo.connections,
    { name: 'work', type: 'microsoft', label: 'Microsoft', settings: { ...client, tenant: 'organizations' } },
    { name: 'wingtip', type: 'microsoft', label: 'Wingtip', settings: { ...client, tenant: ANOTHER } },
    { name: 'fabrikam', type: 'google-workspace', label: 'Fabrikam', settings: { ...client, domains: ['fabrikam.example'] } },
  ],
})

const line = (connection: string, provider: string, id: string, more: object = {}) => ({
  user_id: `${provider}|${id}`,
  identities: [{ connection, provider, user_id: id, isSocial: false }],
  ...more,
})

story(
  'people are known by who their provider says they are, or their line is refused',
  async ({ house }) => {
    const file = join(house.folder, 'users.ndjson')
    const lines = [
      line('work', 'waad', 'sub-1', { tenantid: TENANT.toUpperCase() }),
      line('work', 'waad', 'sub-2', { tenantid: 'x/../y' }),
      line('work', 'waad', 'sub-3'),
      line('wingtip', 'waad', 'sub-4'),
      line('fabrikam', 'google-apps', '1180'),
      line('fabrikam', 'google-apps', 'dana@fabrikam.example'),
    ]
    writeFileSync(file, lines.map((one) => JSON.stringify(one)).join('\n'))
    const desk = await house.app().desk()
    const tally = await desk.importPeople(file, { isDryRun: false })
    assert.deepEqual(
      tally.problems.map(({ line: number, text }) => `${number}: ${text.split('; ')[0]}`),
      [
        '2: the line does not say of which tenant they are (tenantid)',
        '3: the line does not say of which tenant they are (tenantid)',
        '6: their id is an address, and Google knows them by another',
      ],
    )
    assert.equal(tally.added, 3)
    const issuer = async (publicId: string) => (await house.app().findUser(publicId))?.identities[0].identity.issuer
    assert.equal(await issuer('waad|sub-1'), `https://login.microsoftonline.com/${TENANT}/v2.0`)
    assert.equal(await issuer('waad|sub-4'), `https://login.microsoftonline.com/${ANOTHER}/v2.0`)
    assert.equal(await issuer('google-apps|1180'), 'https://accounts.google.com')
    for (const refused of ['waad|sub-2', 'waad|sub-3', 'google-apps|dana@fabrikam.example'])
      assert.equal(await house.app().findUser(refused), undefined, refused)
  },
  { settings, databases: ['sqlite'] },
)
