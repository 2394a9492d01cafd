import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import { samlKeyPair, SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { type SamlStage, samlStage } from '../../../test/support/saml-stage.ts'

const ONE_HOUR_MS = 60 * 60_000
const ONE_DAY_MS = 24 * ONE_HOUR_MS

const signIn = async ({ leave, comeBack, provider }: Pick<SamlStage, 'leave' | 'comeBack' | 'provider'>) => {
  const leg = await leave()
  return comeBack(provider.agree(leg.departure), leg)
}

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((thrown: unknown) => thrown)
  assert.ok(error instanceof UsherError, String(error))
  return `${error.code}: ${error.detail.reason ?? (error.cause instanceof Error ? error.cause.message : '')}`
}

test('metadata is asked for once an hour, however many come', async () => {
  const stage = samlStage()
  await Promise.all([signIn(stage), signIn(stage), signIn(stage)])
  assert.equal(stage.provider.calls.length, 1)
  stage.clock.advance(ONE_HOUR_MS)
  await signIn(stage)
  assert.equal(stage.provider.calls.length, 2)
})

test('a key that was published meanwhile counts at once, and the old one from then on no more', async () => {
  const stage = samlStage()
  await signIn(stage)
  stage.provider.rotate(SAML_KEYS.another)
  await signIn(stage)
  assert.equal(stage.provider.calls.length, 2)
  stage.provider.rotate(SAML_KEYS.provider, { quietly: true })
  assert.match(await reasonOf(signIn(stage)), /connection_answer_invalid: xml signature/)
})

test('signatures by nobody make us ask again once in five minutes, no more often', async () => {
  const stage = samlStage()
  stage.provider.rotate(SAML_KEYS.another, { quietly: true })
  for (let time = 0; time < 5; time += 1) await assert.rejects(signIn(stage), { code: 'connection_answer_invalid' })
  assert.equal(stage.provider.calls.length, 2)
  stage.clock.advance(5 * 60_000)
  await assert.rejects(signIn(stage), { code: 'connection_answer_invalid' })
  assert.equal(stage.provider.calls.length, 3)
})

test('what was last read holds for a week while the address does not answer, and no longer', async () => {
  const stage = samlStage()
  await signIn(stage)
  stage.provider.cutOff()
  stage.clock.advance(6 * ONE_DAY_MS)
  assert.ok(await signIn(stage))
  stage.clock.advance(2 * ONE_DAY_MS)
  await assert.rejects(signIn(stage), { code: 'connection_unavailable' })
  stage.provider.comeBack()
  stage.clock.advance(10_000)
  assert.ok(await signIn(stage))
})

test('metadata that has expired is not taken, whether it comes so or becomes so', async () => {
  const stage = samlStage()
  stage.provider.expire(stage.clock.now() + ONE_HOUR_MS / 2)
  assert.ok(await signIn(stage))
  stage.clock.advance(ONE_HOUR_MS / 2)
  assert.match(await reasonOf(stage.leave()), /connection_unavailable: the metadata has expired/)
  stage.clock.advance(ONE_HOUR_MS)
  assert.match(await reasonOf(stage.leave()), /connection_unavailable: the metadata has expired/)
})

test('metadata that expired or describes somebody else does not take the place of what holds', async () => {
  const stage = samlStage()
  await signIn(stage)
  stage.provider.expire(stage.clock.now())
  stage.clock.advance(ONE_HOUR_MS)
  assert.ok(await signIn(stage))
})

test('certificates that ran out do not count', async () => {
  const stage = samlStage()
  const short = samlKeyPair(stage.clock.now(), { lastsMs: ONE_HOUR_MS })
  const other = samlStage({ keys: short, clock: stage.clock })
  assert.ok(await signIn(other))
  stage.clock.advance(ONE_HOUR_MS)
  assert.match(await reasonOf(other.leave()), /connection_unavailable: all certificates .* have expired/)
})

test('metadata must describe the issuer of the settings, and send people where it lies itself or where the settings allow', async () => {
  assert.match(
    await reasonOf(samlStage({ settings: { issuer: 'urn:another' } }).leave()),
    /connection_unavailable: .*describes another issuer/,
  )
  const signInUrl = 'https://sso.other.example/in'
  assert.match(await reasonOf(samlStage({ signInUrl }).leave()), /connection_unavailable: .*sso\.other\.example/)
  assert.ok(await samlStage({ signInUrl, settings: { endpointHosts: ['other.example'] } }).leave())
  assert.match(await reasonOf(samlStage({ signInUrl: 'http://login.acme.example/in' }).leave()), /connection_unavailable/)
})

test('metadata that must be signed is taken from who must have signed it, and from nobody else', async () => {
  const settings = { metadataCertificates: SAML_KEYS.another.certificate }
  assert.ok(await signIn(samlStage({ settings, metadataSignedBy: SAML_KEYS.another })))
  assert.match(
    await reasonOf(samlStage({ settings, metadataSignedBy: SAML_KEYS.provider }).leave()),
    /connection_unavailable: .*\(signature\)/,
  )
  assert.match(await reasonOf(samlStage({ settings }).leave()), /connection_unavailable: .*\(unsigned\)/)
})

test('a certificate that ran out has signed no metadata', async () => {
  const { clock } = samlStage()
  const short = samlKeyPair(clock.now(), { lastsMs: ONE_HOUR_MS })
  const settings = { metadataCertificates: [short, SAML_KEYS.another].map(({ certificate }) => certificate).join('') }
  const signedBy = (metadataSignedBy: typeof short) => samlStage({ clock, settings, metadataSignedBy })
  assert.ok(await signIn(signedBy(short)))
  clock.advance(ONE_HOUR_MS)
  assert.match(await reasonOf(signedBy(short).leave()), /connection_unavailable: .*\(signature\)/)
  assert.ok(await signIn(signedBy(SAML_KEYS.another)))
  const alone = samlStage({ clock, settings: { metadataCertificates: short.certificate }, metadataSignedBy: short })
  assert.match(await reasonOf(alone.leave()), /connection_unavailable: .*metadataCertificates/)
})

test('an identity provider that wants signed requests is not gone to without a key', async () => {
  assert.match(await reasonOf(samlStage({ wantsSignedRequests: true }).leave()), /connection_unavailable: .*set signing/)
})
