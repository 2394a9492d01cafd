import { createHmac, createPublicKey, createSign, generateKeyPairSync, KeyObject } from 'node:crypto'
import type { Workshop } from '../../support/fake-provider/misbehavior.ts'
import { CLIENT } from '../../support/fake-provider/provider-state.ts'
import { assembled, providerKey, signed, type TokenClaims } from '../../support/fake-provider/signing.ts'
import { type Attack, EVIL, forges, INVALID } from './attack.ts'

type Sign = (claims: TokenClaims, workshop: Workshop) => string | Promise<string>

const unsigned =
  (algorithm: string, signature = ''): Sign =>
  (claims, { key }) =>
    assembled({ alg: algorithm, typ: 'JWT', kid: key.id }, claims, signature)

/** Signed with something everybody, or the wrong one, knows. */
const symmetric =
  (algorithm: 'HS256' | 'HS512', secretOf: (workshop: Workshop) => string | Buffer): Sign =>
  (claims, workshop) => {
    const open = assembled({ alg: algorithm, typ: 'JWT', kid: workshop.key.id }, claims, '').slice(0, -1)
    return `${open}.${createHmac(`sha${algorithm.slice(2)}`, secretOf(workshop))
      .update(open)
      .digest('base64url')}`
  }

const jwkOf = ({ key }: Workshop) => ({ kty: key.publicJwk.kty, n: key.publicJwk.n, e: key.publicJwk.e })
const pemOf = (workshop: Workshop): string =>
  createPublicKey({ key: jwkOf(workshop), format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString()

/** Signed by a stranger, who says so or not. */
const stranger =
  (header: (own: Awaited<ReturnType<typeof providerKey>>, workshop: Workshop) => Readonly<Record<string, unknown>>): Sign =>
  async (claims, workshop) => {
    const own = await providerKey('stranger', 'RS256')
    return signed(claims, own, header(own, workshop))
  }

const changed =
  (change: (parts: readonly [string, string, string]) => readonly string[]): Sign =>
  async (claims, { key }) => {
    const [header = '', payload = '', signature = ''] = (await signed(claims, key)).split('.')
    return change([header, payload, signature]).join('.')
  }

/** Rightly signed by the provider, whatever the header says. */
const withHeader =
  (more: Readonly<Record<string, unknown>>): Sign =>
  (claims, { key }) => {
    const open = assembled({ alg: 'RS256', typ: 'JWT', kid: key.id, ...more }, claims, '').slice(0, -1)
    return `${open}.${createSign('sha256').update(open).sign(KeyObject.from(key.privateKey), 'base64url')}`
  }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const partly = (text: string): Readonly<Record<string, unknown>> => JSON.parse(Buffer.from(text, 'base64url').toString())

const keyIds: readonly unknown[] = ['../../../../dev/null', 'key-2', 'KEY-1', "key-1' OR '1'='1", '', 'k'.repeat(10_000)]

const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const weakAttack: Attack = {
  name: 'a token signed with a short key',
  how: {
    sign: (claims) => {
      const open = assembled({ alg: 'RS256', kid: 'weak' }, claims, '').slice(0, -1)
      return `${open}.${createSign('sha256').update(open).sign(weak.privateKey, 'base64url')}`
    },
    keys: () => ({ keys: [{ ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak' }] }),
  },
  ends: INVALID,
}

const ambiguous: Attack = {
  name: 'a token without a key id where two keys could be meant',
  how: {
    sign: (claims, { key }) => signed(claims, key, { kid: undefined }),
    keys: async ({ keys }) => ({ keys: [...keys, (await providerKey('stranger', 'RS256')).publicJwk] }),
  },
  ends: INVALID,
}

export const signatureAttacks: readonly Attack[] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].map((algorithm) => forges(`with algorithm "${algorithm}"`, unsigned(algorithm))),
  forges('with algorithm none and some signature', unsigned('none', 'AAAA')),
  forges('signed with the public key as a secret (PEM)', symmetric('HS256', pemOf)),
  forges(
    'signed with the public key as a secret (JWK)',
    symmetric('HS256', (workshop) => JSON.stringify(jwkOf(workshop))),
  ),
  forges(
    'signed with the modulus as a secret',
    symmetric('HS256', ({ key }) => Buffer.from(key.publicJwk.n ?? '', 'base64url')),
  ),
  forges(
    'signed with our own client secret',
    symmetric('HS256', () => CLIENT.secret),
  ),
  forges(
    'signed with our own client secret, longer',
    symmetric('HS512', () => CLIENT.secret),
  ),
  forges(
    'signed with an empty secret',
    symmetric('HS256', () => ''),
  ),
  forges(
    'by a stranger with the known key id',
    stranger((_, { key }) => ({ kid: key.id })),
  ),
  forges(
    'by a stranger with an id of their own',
    stranger((own) => ({ kid: own.id })),
  ),
  forges(
    'by a stranger without an id',
    stranger(() => ({ kid: undefined })),
  ),
  forges(
    'that brings its own key',
    stranger((own, { key }) => ({ kid: key.id, jwk: own.publicJwk })),
  ),
  forges(
    'that says where its key is',
    stranger((_, { key }) => ({ kid: key.id, jku: `${EVIL}/keys` })),
  ),
  forges(
    'that says where its certificate is',
    stranger((_, { key }) => ({ kid: key.id, x5u: `${EVIL}/certificate` })),
  ),
  ...keyIds.map((kid) =>
    forges(
      `with key id ${JSON.stringify(kid).slice(0, 40)}`,
      stranger(() => ({ kid })),
    ),
  ),
  forges(
    'whose signature is gone',
    changed(([header, payload]) => [header, payload, '']),
  ),
  forges(
    'whose signature is cut short',
    changed(([header, payload, signature]) => [header, payload, signature.slice(0, -4)]),
  ),
  forges(
    'whose claims were changed',
    changed(([header, payload, signature]) => [header, part({ ...partly(payload), sub: 'ceo' }), signature]),
  ),
  forges(
    'whose algorithm was changed',
    changed(([header, payload, signature]) => [part({ ...partly(header), alg: 'PS256' }), payload, signature]),
  ),
  forges(
    'that says its key is of another kind',
    changed(([header, payload, signature]) => [part({ ...partly(header), alg: 'ES256' }), payload, signature]),
  ),
  forges(
    'with five parts',
    changed(([header, payload, signature]) => [header, '', payload, signature, signature]),
  ),
  forges(
    'with four parts',
    changed((parts) => [...parts, '']),
  ),
  forges(
    'with two parts',
    changed(([header, payload]) => [header, payload]),
  ),
  forges('that is empty', () => ''),
  forges('that is not one', () => 'not a token'),
  forges(
    'whose header is not JSON',
    changed(([, payload, signature]) => ['bm9wZQ', payload, signature]),
  ),
  forges(
    'whose claims are a list',
    changed(([header, , signature]) => [header, part([]), signature]),
  ),
  forges('that asks for an extension nobody knows', withHeader({ crit: ['exp'], exp: 1 })),
  forges('that asks for an extension and does not have it', withHeader({ crit: ['exp'] })),
  forges('whose claims are not encoded', withHeader({ crit: ['b64'], b64: false })),
  forges('with a signature of zeros', (claims, { key }) => assembled({ alg: 'ES256', kid: key.id }, claims, Buffer.alloc(64)), {
    algorithm: 'ES256',
  }),
  forges('with no curve point', (claims, { key }) => assembled({ alg: 'ES256', kid: key.id }, claims, ''), { algorithm: 'ES256' }),
  weakAttack,
  ambiguous,
]
