import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { browserStory, type BrowserStoryOptions, type ToldInBrowser } from '../support/browser-story.ts'
import type { Answer } from '../support/elsewhere.ts'
import { fakeProvider } from '../support/fake-provider/fake-provider.ts'
import { CLIENT } from '../support/fake-provider/provider-state.ts'
import { madeByUsher, seatsTaken } from '../support/guests.ts'
import { oauth2Rows } from '../support/oauth2-stage.ts'
import { ISSUER } from '../support/oidc-stage.ts'
import { patient } from '../support/patient.ts'
import { type SocialRow, socialRows } from '../support/social-stage.ts'

/** Their pages lie at their real addresses, where every name leads the browser to them. */
const rows: Readonly<Record<string, SocialRow>> = {
  ...socialRows,
  ...oauth2Rows,
  oidc: { type: 'oidc', issuer: ISSUER, provider: { issuer: ISSUER }, settings: {}, wrong: {}, secret: CLIENT.secret },
}

/** Without scripts our pages are the same for all: one that answers in an address, one that posts, and one of OAuth 2.0. */
const WITHOUT_SCRIPTS = ['oidc', 'apple', 'github']
const PATH = '/sites/partners'
const APPLES_NAME = '{"name":{"firstName":"Anna","lastName":"Berg"}}'

/** A provider as far as a browser and Usher see it, and where people come back to once that is known. */
const pretend = (row: SocialRow) => {
  const redirectUris: string[] = []
  let now = Date.now
  const provider = fakeProvider({ issuer: row.issuer, ...row.provider, redirectUris, now: () => now() })
  const isElsewhere = (url: URL) => !url.hostname.endsWith('localhost')
  const calls = patient()
  /** Its page: one press, and the answer is on its way as this provider sends it. */
  const elsewhere: Answer = ({ url }) => {
    const back = provider.authorize(url.href)
    return row.provider.answers === 'form' ? posting(back) : linking(back)
  }
  return {
    provider,
    calls,
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const url = new URL(input instanceof Request ? input.url : input)
      return isElsewhere(url) ? provider.fetch(url, init) : calls.fetch(url, init)
    },
    elsewhere,
    settled: ({ house, clock }: ToldInBrowser) => {
      now = clock.now
      redirectUris.push(new URL('/login/callback/elsewhere', house.publicUrl).href)
    },
  }
}

const page = (body: string): string =>
  `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><body>${body}</body></html>`

const quoted = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

const linking = ({ href }: URL): string => page(`<a href="${quoted(href)}">Continue as Anna</a>`)

/** OAuth 2.0 Form Post Response Mode, with the name that Apple tells once. */
const posting = ({ origin, pathname, searchParams }: URL): string => {
  const fields = [...searchParams, ['user', APPLES_NAME] as const].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${quoted(value)}">`,
  )
  return page(`<form method="post" action="${origin}${pathname}">${fields.join('')}<button>Continue as Anna</button></form>`)
}

const connectionOf = ({ type, issuer, settings }: SocialRow) => {
  const all = { issuer, clientId: CLIENT.id, clientSecret: new Secret(CLIENT.secret), ...settings }
  return {
    name: 'elsewhere',
    type,
    label: 'Elsewhere',
    settings: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
  }
}

const optionsFor = (row: SocialRow, there: BrowserStoryOptions, javaScriptEnabled: boolean): BrowserStoryOptions => ({
  viewport: { width: 480, height: 640 },
  javaScriptEnabled,
  https: true,
  ...there,
  settings: (demo) => ({
    ...demo,
    connections: [...demo.connections, connectionOf(row)],
    relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'elsewhere'] }],
  }),
})

const linkInto = ({ house }: ToldInBrowser): string => {
  const { login, service } = house.emulator.addresses
  return `${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(service + PATH)}`
}

for (const [name, row] of Object.entries(rows))
  for (const hasScript of WITHOUT_SCRIPTS.includes(name) ? [true, false] : [true]) {
    const { provider, fetch, elsewhere, settled, calls } = pretend(row)
    const how = hasScript ? 'with scripts' : 'without scripts'
    browserStory(`${name}: from the chooser to Microsoft 365 ${how}`, optionsFor(row, { fetch, elsewhere }, hasScript), async (told) => {
      const { house, page, press, pressed, assertOurs } = told
      settled(told)
      await page.goto(linkInto(told))
      await assertOurs('Sign in')
      await press('Elsewhere')
      await press('Continue as Anna')
      if (!hasScript) {
        await page.locator('form[action*="login.srf"]').waitFor()
        await press('Continue')
      }
      await page.waitForURL(house.emulator.addresses.service + PATH)
      assert.equal(await page.locator('#upn').innerText(), `anna.berg@${DEMO_TENANT.guestDomain}`)
      assert.equal(pressed(), hasScript ? 2 : 3)
      assert.equal(madeByUsher(house).length, 1)
      assert.equal(seatsTaken(house), 1)
      assert.equal(provider.countCalls('/token'), 1, 'one code, spent once')
      assert.deepEqual(
        provider.calls.filter((path) => !path.startsWith('/')),
        [],
        'nobody else was called',
      )
      const cookies = await page.context().cookies(house.publicUrl.href)
      assert.ok(cookies.some((cookie) => cookie.name.includes('session')))
      for (const cookie of cookies) assert.ok(cookie.name.startsWith('__Host-') && cookie.secure && cookie.httpOnly, cookie.name)
      await calls.close()
    })
  }
