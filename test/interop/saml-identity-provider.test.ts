import assert from 'node:assert/strict'
import { assertArrived, assertPage, type Guest, guest, madeByUsher } from '../support/guests.ts'
import type { House } from '../support/house.ts'
import { SAML_KEYS } from '../support/saml-identity-provider.ts'
import type { Stop } from '../support/visitor.ts'
import { startSimpleSaml, STUDENT } from './support/simplesamlphp.ts'
import { upstreamStory } from './support/upstream-story.ts'

const OURS = { privateKey: { secret: SAML_KEYS.ours.privateKey }, certificate: SAML_KEYS.ours.certificate }

type SimpleSaml = Parameters<typeof startSimpleSaml>[0]

const simpleSaml =
  (options: Omit<SimpleSaml, 'keys'> = {}) =>
  async () => {
    const idp = await startSimpleSaml({ keys: SAML_KEYS.provider, ...options })
    const settings = {
      issuer: idp.issuer,
      metadataUrl: idp.metadataUrl,
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      signing: OURS,
      decryption: OURS,
    }
    return { idp, connections: [{ name: 'acme', type: 'saml', label: 'Acme', settings }], stop: idp.stop }
  }

/** The administrator over there takes what we publish. */
const introduce = async (house: House, idp: Awaited<ReturnType<typeof startSimpleSaml>>): Promise<void> => {
  const { status, body } = await guest(house).browser.open(new URL('/samlp/metadata?connection=acme', house.publicUrl))
  assert.equal(status, 200)
  idp.trust(body)
}

const signIn = async (person: Guest): Promise<Stop> => {
  const login = await person.browser.click(await person.openService(), 'Acme')
  const answer = login.forms.some((form) => 'password' in form.fields) ? await person.browser.submit(login, STUDENT) : login
  assert.ok(answer.forms[0]?.fields['SAMLResponse'], `${answer.url}: ${answer.text.slice(0, 600)}`)
  return person.onward(await person.browser.submit(answer))
}

for (const signsResponse of [true, false])
  upstreamStory(
    `somebody of SimpleSAMLphp arrives, ${signsResponse ? 'everything' : 'the assertion'} signed`,
    { open: simpleSaml({ signsResponse }) },
    async ({ house, site: { idp } }) => {
      await introduce(house, idp)
      const stella = guest(house)
      const arrived = assertArrived(house, await stella.untilArrived(await signIn(stella)))
      assert.match(arrived, /^stella\.student@/)
      const again = guest(house)
      assert.equal(assertArrived(house, await again.untilArrived(await signIn(again))), arrived)
      assert.equal(madeByUsher(house).length, 1)
    },
  )

// With a public key this version encrypts by AES-CBC whatever it is told, and that is not taken.
upstreamStory('an answer that is encrypted without authentication is refused', { open: simpleSaml({ encrypts: true }) }, async (told) => {
  const { house, site } = told
  await introduce(house, site.idp)
  const stella = guest(house)
  assertPage(house, await signIn(stella), /could not check that account/)
  assert.ok(house.lines.some((line) => line.includes('"reason":"encryption method"')))
  assert.deepEqual(madeByUsher(house), [])
})

upstreamStory('SimpleSAMLphp changes its key, and nobody notices', { open: simpleSaml() }, async ({ house, site: { idp } }) => {
  await introduce(house, idp)
  const stella = guest(house)
  assertArrived(house, await stella.untilArrived(await signIn(stella)))
  idp.useKeys(SAML_KEYS.another)
  const again = guest(house)
  assertArrived(house, await again.untilArrived(await signIn(again)))
})

upstreamStory('SimpleSAMLphp refuses requests that somebody else signed', { open: simpleSaml() }, async ({ house, site: { idp } }) => {
  const { body } = await guest(house).browser.open(new URL('/samlp/metadata?connection=acme', house.publicUrl))
  const bare = (pem: string) => pem.replace(/-----[A-Z ]+-----|\s/g, '')
  assert.ok(body.includes(bare(SAML_KEYS.ours.certificate)))
  idp.trust(body.replaceAll(bare(SAML_KEYS.ours.certificate), bare(SAML_KEYS.another.certificate)))
  const stella = guest(house)
  const refused = await stella.browser.click(await stella.openService(), 'Acme')
  assert.ok(!refused.forms.some((form) => 'password' in form.fields || 'SAMLResponse' in form.fields), refused.text.slice(0, 300))
})
