import { generateKeyPairSync } from 'node:crypto'
import type { Misbehavior } from '../../support/fake-provider/misbehavior.ts'
import { providerKey } from '../../support/fake-provider/signing.ts'
import { type Attack, AWAY, EVIL, INVALID } from './attack.ts'

const describes = (name: string, change: NonNullable<Misbehavior['description']>): Attack => ({
  name: `the provider describes ${name}`,
  how: { description: change },
  ends: AWAY,
  keepsCode: true,
})

/** Addresses that are not the provider's own. */
export const foreign = [
  `${EVIL}/x`,
  'http://login.acme.example/realm/x',
  'https://login.acme.example:8443/realm/x',
  'https://login.acme.example@evil.example/x',
  'https://somebody:secret@login.acme.example/realm/x',
  'https://login.acme.example.evil.example/x',
  'https://evillogin.acme.example/x',
  'https://acme.example/x',
  'https://127.0.0.1/x',
  'https://[::1]/x',
  'https://localhost/x',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'data:application/json,{"keys":[]}',
  'javascript:alert(1)',
  '//evil.example/x',
  '/relative',
  'not an address',
  '',
] as const
const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

const addressAttacks = endpoints.flatMap((endpoint) =>
  foreign.map((address) => describes(`${endpoint} as "${address}"`, (right) => ({ ...right, [endpoint]: address }))),
)

const publishes = (name: string, change: NonNullable<Misbehavior['keys']>): Attack => ({
  name: `the provider publishes ${name}`,
  how: { keys: change },
  ends: INVALID,
})

const keyAttacks: readonly Attack[] = [
  publishes('its private key', async () => ({ keys: [(await providerKey('key-1', 'RS256')).privateJwk] })),
  publishes('its private key beside the public one', async ({ keys }) => ({
    keys: [...keys, (await providerKey('other', 'RS256')).privateJwk],
  })),
  publishes('a secret', ({ keys }) => ({ keys: [...keys, { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' }] })),
  publishes('a secret key of a kind nobody knows', ({ keys }) => ({
    keys: [...keys, { kty: 'AKP', alg: 'ML-DSA-65', pub: 'p', priv: 's' }],
  })),
  publishes('a key without a kind', ({ keys }) => ({ keys: [...keys, { kid: 'key-1' }] })),
  publishes('no keys', () => ({ keys: [] })),
  publishes('keys in an object', ({ keys }) => ({ keys: { ...keys } })),
  publishes('keys that are text', () => ({ keys: ['key'] })),
  publishes('a hundred and one keys', ({ keys }) => ({ keys: Array.from({ length: 101 }, () => keys[0]) })),
  publishes('a key for encryption', async () => ({ keys: [{ ...(await providerKey('key-1', 'RS256')).publicJwk, use: 'enc' }] })),
  publishes('a key that may not verify', async () => ({
    keys: [{ ...(await providerKey('key-1', 'RS256')).publicJwk, use: undefined, key_ops: ['encrypt'] }],
  })),
  publishes('its key under another algorithm', async () => ({
    keys: [{ ...(await providerKey('key-1', 'RS256')).publicJwk, alg: 'PS256' }],
  })),
  publishes('a key of another kind under the same id', () => ({
    keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }), kid: 'key-1' }],
  })),
]

/** Their people's names are known to the userinfo endpoint only. */
const NAMELESS = { person: { sub: 'anna-1' } } as const
const tells = (name: string, change: NonNullable<Misbehavior['userinfo']>): Attack => ({
  name: `the userinfo endpoint tells ${name}`,
  how: { userinfo: change },
  ends: INVALID,
  provider: NAMELESS,
})

const userinfoAttacks: readonly Attack[] = [
  tells('about somebody else', (right) => ({ ...right, sub: 'ceo' })),
  tells('about nobody', ({ sub: _, ...rest }) => rest),
  tells('about a list of people', (right) => [right]),
  tells('with a redirect', () => new Response(null, { status: 302, headers: { location: `${EVIL}/` } })),
  tells('with a page', () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } })),
  tells('10 MiB', () => ({ padding: 'x'.repeat(10 * 1024 * 1024), sub: 'anna-1' })),
  tells('that the token is not good', () => new Response('{}', { status: 401 })),
]

export const documentAttacks: readonly Attack[] = [
  describes('another issuer', (right) => ({ ...right, issuer: 'https://accounts.other.example' })),
  describes('its issuer with a slash', (right) => ({ ...right, issuer: `${right.issuer}/` })),
  describes('no issuer', ({ issuer: _, ...rest }) => rest),
  describes('no token endpoint', ({ token_endpoint: _, ...rest }) => rest),
  describes('no keys', ({ jwks_uri: _, ...rest }) => rest),
  describes('an endpoint that is a list', (right) => ({ ...right, token_endpoint: [right.token_endpoint] })),
  ...addressAttacks,
  ...keyAttacks,
  ...userinfoAttacks,
]
