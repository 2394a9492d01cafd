import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { compactVerify, decodeProtectedHeader } from 'jose'
import { selfSigned } from '../../../emulator/testing/self-signed.ts'
import { USHER_CLIENT_ID } from '../../../emulator/tenant.ts'
import { candidate, drive } from '../../../test/support/provisioning.ts'
import { openStage, person } from '../../../test/support/target-stage.ts'
import { UsherError } from '../../kernel/errors.ts'
import { Secret } from '../../kernel/secret.ts'
import type { TargetCredential } from '../../kernel/settings.ts'
import { appCredential } from './app-credential.ts'

const ENDPOINT = 'https://login.microsoftonline.com/c0ff1ce0/oauth2/v2.0/token'
const NOW = Date.parse('2026-03-02T09:00:00Z')

const rsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
const keyPem = (key: KeyObject): Secret => new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString())

const key = rsa()
const certificate = selfSigned('Usher', key)
const credential = { kind: 'certificate', certificatePem: pem(certificate), privateKeyPem: keyPem(key) } as const

let drawn = 0
const open = (given: TargetCredential) =>
  appCredential({
    settings: { clientId: USHER_CLIENT_ID, credential: given },
    clock: { now: () => NOW, sleep: async () => undefined },
    randomness: {
      bytes: (length) => {
        drawn += 1
        return Buffer.alloc(length, drawn)
      },
    },
  })

test('a certificate proves itself by an assertion for this endpoint, for five minutes', async () => {
  const fields = await open(credential)(ENDPOINT)
  assert.deepEqual(Object.keys(fields), ['client_assertion_type', 'client_assertion'])
  assert.equal(fields['client_assertion_type'], 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  const assertion = fields['client_assertion'] ?? ''
  assert.deepEqual(decodeProtectedHeader(assertion), {
    alg: 'PS256',
    typ: 'JWT',
    'x5t#S256': createHash('sha256').update(certificate).digest('base64url'),
  })
  const { payload } = await compactVerify(assertion, createPublicKey(key), { algorithms: ['PS256'] })
  const claims: unknown = JSON.parse(Buffer.from(payload).toString())
  assert.deepEqual(
    { ...(typeof claims === 'object' ? claims : {}), jti: '' },
    {
      aud: ENDPOINT,
      iss: USHER_CLIENT_ID,
      sub: USHER_CLIENT_ID,
      jti: '',
      nbf: NOW / 1_000,
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 300,
    },
  )
})

test('no assertion is used twice', async () => {
  const prove = open(credential)
  assert.notEqual((await prove(ENDPOINT))['client_assertion'], (await prove(ENDPOINT))['client_assertion'])
})

const isInvalid = (error: unknown): boolean => error instanceof UsherError && error.code === 'settings_invalid'

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
for (const [name, changes] of [
  ['a certificate that is none', { certificatePem: 'hello' }],
  ['a key that is none', { privateKeyPem: new Secret('hello') }],
  ['the key of another certificate', { privateKeyPem: keyPem(rsa()) }],
  ['a key of another kind', { privateKeyPem: keyPem(elliptic) }],
] as const) {
  test(`${name} is found when settings are opened, and not repeated in the error`, () => {
    assert.throws(
      () => open({ ...credential, ...changes }),
      (error) => isInvalid(error) && !JSON.stringify(error).includes('hello'),
    )
  })
}

test('with a certificate registered in Entra a person is provisioned; with another nobody is, and it says why', async (t) => {
  const stage = await openStage({ settings: { credential } })
  const { clock, world, network } = stage
  // Signatures are made and checked outside this thread; no time passes meanwhile.
  const { subtle } = crypto
  const sign = subtle.sign.bind(subtle)
  t.mock.method(subtle, 'sign', (...order: Parameters<typeof sign>) => clock.hold(sign(...order)))
  const open = () => stage.open({ fetch: (url, init) => clock.hold(network(url, init)) })
  const register = (der: Buffer) =>
    world.write(({ state }) => {
      const app = state.apps[USHER_CLIENT_ID]
      if (app !== undefined) state.apps[USHER_CLIENT_ID] = { ...app, secrets: [], certificates: [der.toString('base64')] }
    })
  await register(selfSigned('Usher', rsa()))
  const first = await clock.run(() => open().ensure(candidate(person(1))))
  assert.ok(first.kind === 'pending')
  assert.equal(first.reason, 'target_credential_refused')
  await register(certificate)
  assert.equal((await clock.run(() => drive(open(), candidate(person(1)), stage))).kind, 'ready')
})
