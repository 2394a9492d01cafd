import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authentication } from '#kernel/person.ts'
import type { TokenFormat } from '#tokens/format.ts'
import { ANNA, AT, byPassword, ISSUER, microsoft365, orderOf, REALM, subjectOf } from '../support/wsfed-samples.ts'

/** What a verified token says, whatever its format. Times in milliseconds since the epoch. */
export interface TokenContents {
  readonly id: string
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  readonly authenticatedAt: number
  /** Every place where the person is named; all must agree. */
  readonly subjects: readonly string[]
  readonly claims: ReadonlyMap<string, readonly string[]>
  readonly claimsSecondFactor: boolean
}

export interface TokenFormatUnderTest {
  readonly name: string
  readonly format: () => Promise<TokenFormat>
  /** What was signed, read by somebody else's code; undefined when the signature is not good. */
  readonly read: (value: string) => Promise<TokenContents | undefined>
}

const THIRTY_SECONDS_MS = 30_000

/** What every token format has to do, whoever wrote it. */
export const tokenFormatConformance = (subject: TokenFormatUnderTest): void => {
  saysWhatWasOrdered(subject)
  provesNothingThatWasNot(subject)
  refusesAndIsRefused(subject)
}

const issuerOf =
  (subject: TokenFormatUnderTest) =>
  async (changes: Parameters<typeof orderOf>[0] = {}) => {
    const token = await (await subject.format()).issue(orderOf(changes))
    const contents = await subject.read(token.value)
    assert.ok(contents, 'the signature is good')
    return { token, contents }
  }

const saysWhatWasOrdered = (subject: TokenFormatUnderTest): void => {
  const { name, format } = subject
  const issued = issuerOf(subject)

  test(`${name}: a token is about the account it was ordered for, and for its relying party alone`, async () => {
    const { token, contents } = await issued()
    assert.equal(token.format, (await format()).name)
    assert.equal(contents.id, token.id)
    assert.equal(contents.issuer, ISSUER)
    assert.deepEqual(contents.audiences, [REALM])
    assert.ok(contents.subjects.length > 0)
    assert.deepEqual([...new Set(contents.subjects)], [ANNA.immutableId])
  })

  test(`${name}: a token is valid from half a minute ago for as long as its relying party says`, async () => {
    for (const lifetimeSeconds of [1, 300, 3600]) {
      const { token, contents } = await issued({ relyingParty: { ...microsoft365, lifetimeSeconds } })
      assert.equal(token.notBefore, AT - THIRTY_SECONDS_MS)
      assert.equal(token.notAfter, AT + lifetimeSeconds * 1_000)
      assert.equal(contents.notBefore, token.notBefore)
      assert.equal(contents.notAfter, token.notAfter)
    }
  })

  test(`${name}: a claim says what its rule said`, async () => {
    const { contents } = await issued({ claims: { 'http://fabrikam.com/claims/team': ['Öl & <Gas>', ' "two" '], nickname: 'é\r\n\t>]]>' } })
    const values = [...contents.claims.values()]
    assert.ok(values.some((one) => one.join('|') === 'Öl & <Gas>| "two" '))
    assert.ok(values.some((one) => one.join('|') === 'é\r\n\t>]]>'))
  })
}

const provesNothingThatWasNot = (subject: TokenFormatUnderTest): void => {
  const { name } = subject
  const issued = issuerOf(subject)

  test(`${name}: the time of the authentication is when it happened, not when the token was made`, async () => {
    const at = AT - 5 * 3_600_000
    assert.equal((await issued({ authentication: { at, method: 'password' } })).contents.authenticatedAt, at)
  })

  test(`${name}: a second factor is claimed when it happened, and never otherwise`, async () => {
    for (const method of ['password', 'federated', 'windows', 'certificate'] satisfies Authentication['method'][]) {
      assert.equal((await issued({ authentication: { at: AT, method } })).contents.claimsSecondFactor, false, method)
      assert.equal(
        (await issued({ authentication: { at: AT, method, secondFactor: { at: AT } } })).contents.claimsSecondFactor,
        true,
        method,
      )
    }
  })

  test(`${name}: every token has an id of its own`, async () => {
    const ids = new Set<string>()
    for (let count = 0; count < 50; count += 1) ids.add((await issued()).contents.id)
    assert.equal(ids.size, 50)
  })
}

const refusesAndIsRefused = (subject: TokenFormatUnderTest): void => {
  const { name, format } = subject

  test(`${name}: no token outlives an hour`, async () => {
    for (const lifetimeSeconds of [0, -1, 3601, Number.NaN, Number.POSITIVE_INFINITY])
      await assert.rejects((await format()).issue(orderOf({ relyingParty: { ...microsoft365, lifetimeSeconds } })), {
        code: 'settings_invalid',
      })
  })

  test(`${name}: what cannot be written is refused, not mended`, async () => {
    await assert.rejects((await format()).issue(orderOf({ claims: { nickname: 'a\0b' } })), { code: 'claims_invalid' })
    await assert.rejects((await format()).issue(orderOf({ claims: { nickname: '\ud800' } })), { code: 'claims_invalid' })
    await assert.rejects((await format()).issue(orderOf({ claims: { nickname: 'x'.repeat(70_000) } })), { code: 'claims_invalid' })
    await assert.rejects((await format()).issue(orderOf({ subject: subjectOf('a\u0001b', ANNA.userPrincipalName) })), {
      code: 'subject_invalid',
    })
  })

  test(`${name}: a token that was changed is not good`, async () => {
    const { value } = await (await format()).issue(orderOf({ authentication: byPassword }))
    for (const [from, to] of [
      [ANNA.immutableId, 'abcdefghijklmnopqrstuvwxy3'],
      [ANNA.userPrincipalName, 'ceo@guests.fabrikam.com'],
      [ISSUER, `${ISSUER}/`],
      [REALM, 'urn:federation:other'],
    ] as const) {
      assert.ok(value.includes(from))
      assert.equal(await subject.read(value.replace(from, to)), undefined, to)
    }
  })
}
