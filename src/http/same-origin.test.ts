import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSameOrigin } from './same-origin.ts'

const OWN = 'https://id.fabrikam.example'
const refused = { code: 'origin_refused' }

test('our own page may post, with or without the newer header', () => {
  assertSameOrigin({ fetchSite: 'same-origin', origin: OWN }, OWN)
  assertSameOrigin({ fetchSite: 'same-origin', origin: 'null' }, OWN)
  assertSameOrigin({ fetchSite: 'same-origin', origin: undefined }, OWN)
  assertSameOrigin({ fetchSite: undefined, origin: OWN }, OWN)
})

test('nobody else may', () => {
  const others = [
    { fetchSite: 'cross-site', origin: 'https://evil.example' },
    { fetchSite: 'cross-site', origin: OWN },
    { fetchSite: 'same-site', origin: 'https://other.fabrikam.example' },
    { fetchSite: 'none', origin: undefined },
    { fetchSite: 'same-origin', origin: 'https://evil.example' },
    { fetchSite: undefined, origin: 'https://evil.example' },
    { fetchSite: undefined, origin: 'null' },
    { fetchSite: undefined, origin: `${OWN}.evil.example` },
    { fetchSite: undefined, origin: undefined },
  ]
  for (const provenance of others) assert.throws(() => assertSameOrigin(provenance, OWN), refused, JSON.stringify(provenance))
})
