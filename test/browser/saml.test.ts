import assert from 'node:assert/strict'
import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { browserStory, type BrowserStoryOptions, type ToldInBrowser } from '../support/browser-story.ts'
import type { Answer } from '../support/elsewhere.ts'
import { madeByUsher } from '../support/guests.ts'
import { patient } from '../support/patient.ts'
import { SAML_KEYS, samlIdentityProvider, type SamlProviderOptions } from '../support/saml-identity-provider.ts'

const PATH = '/sites/partners'
const SITE = 'https://login.acme.example'

/** An identity provider as far as a browser and Usher see it. */
const pretend = (binding: SamlProviderOptions['binding']) => {
  let now = Date.now
  const addresses = { issuer: 'urn:acme:saml', signInUrl: `${SITE}/sign-in`, metadataUrl: `${SITE}/metadata` }
  const provider = samlIdentityProvider({ ...addresses, now: () => now(), ...(binding && { binding }) })
  const isThere = (url: URL) => url.origin === SITE
  const calls = patient()
  const elsewhere: Answer = ({ url, body }) => {
    const fields = Object.fromEntries(new URLSearchParams(body))
    return posting(provider.agree({ location: url.href, memory: {}, ...(body !== '' && { fields }) }))
  }
  return {
    provider,
    calls,
    fetch: (input: string | URL | Request, init?: RequestInit) =>
      isThere(new URL(input instanceof Request ? input.url : input)) ? provider.fetch(input) : calls.fetch(input, init),
    elsewhere,
    settled: ({ clock }: ToldInBrowser) => {
      now = clock.now
    },
  }
}

const posting = ({ origin, pathname, searchParams }: URL): string => {
  const fields = [...searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  const form = `<form method="post" action="${origin}${pathname}">${fields.join('')}<button>Continue as Anna</button></form>`
  return `<!doctype html><html lang="en"><title>Acme</title><link rel="icon" href="data:,"><body>${form}</body></html>`
}

const OURS = { privateKey: { secret: SAML_KEYS.ours.privateKey }, certificate: SAML_KEYS.ours.certificate }

const optionsFor = (provider: ReturnType<typeof pretend>, javaScriptEnabled: boolean): BrowserStoryOptions => {
  const { issuer, metadataUrl } = provider.provider
  const connection = { name: 'acme', type: 'saml', label: 'Acme', settings: { issuer, metadataUrl, signing: OURS } }
  return {
    viewport: { width: 480, height: 640 },
    javaScriptEnabled,
    https: true,
    fetch: provider.fetch,
    elsewhere: provider.elsewhere,
    settings: (demo) => ({
      ...demo,
      connections: [...demo.connections, connection],
      relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'acme'] }],
    }),
  }
}

const ways = [
  { binding: 'redirect', hasScript: true },
  { binding: 'post', hasScript: true },
  { binding: 'post', hasScript: false },
] as const

for (const { binding, hasScript } of ways) {
  const acme = pretend(binding)
  const how = `asked by ${binding}, ${hasScript ? 'with' : 'without'} scripts`
  browserStory(`a SAML identity provider ${how}: from the chooser to Microsoft 365`, optionsFor(acme, hasScript), async (told) => {
    const { house, page, press, assertOurs } = told
    acme.settled(told)
    const { login, service } = house.emulator.addresses
    await page.goto(`${login}/login.srf?wa=wsignin1.0&whr=${DEMO_TENANT.guestDomain}&wreply=${encodeURIComponent(service + PATH)}`)
    await assertOurs('Sign in')
    await press('Acme')
    if (!hasScript) {
      await assertOurs('Taking you to sign in')
      await press('Continue')
    }
    await press('Continue as Anna')
    if (!hasScript) {
      await page.locator('form[action*="login.srf"]').waitFor()
      await press('Continue')
    }
    await page.waitForURL(service + PATH)
    assert.equal(await page.locator('#upn').innerText(), `anna.acker@${DEMO_TENANT.guestDomain}`)
    assert.equal(madeByUsher(house).length, 1)
    await acme.calls.close()
  })
}
