import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { Credentials, Departure, LegOrder, PasswordConnection, RedirectConnection } from '#connections/connection.ts'
import { type FailureCode, UsherError } from '#kernel/errors.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Leg } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'

interface Common {
  readonly name: string
  /** Who signs in when nothing goes wrong. */
  readonly identity: { readonly issuer: string; readonly subject: string }
  /** Opens the type with settings it must refuse; the network it was given must stay silent. */
  readonly openWrongly: () => { readonly open: () => unknown; readonly calls: () => number }
}

/** A redirect connection, and the browser and provider on its other side. */
export interface RedirectUnderTest extends Common {
  readonly kind: 'redirect'
  readonly open: () => Promise<{
    readonly connection: RedirectConnection
    readonly order: LegOrder
    /** Milliseconds since the epoch. */
    readonly now: () => number
    /** The person agrees at the provider: the address the browser comes back to. */
    readonly agree: (departure: Departure) => URL
    /** The person does not. */
    readonly refuse: (departure: Departure) => URL
    /** From now on the provider does not answer. */
    readonly cutOff: () => void
    /** Set where the state alone ties an answer to its departure. */
    readonly binding?: 'state'
    /** Set where the provider is asked for nothing before somebody goes there. */
    readonly beginsAlone?: true
    /** Set where an answer needs no word from the provider once it is here: then one that is away is no obstacle. */
    readonly answersAlone?: true
    /** How the browser comes back, when not by a redirect. */
    readonly visit?: typeof visitAt
    /** Values nobody may read in an error: client secrets. */
    readonly secrets: readonly string[]
  }>
}

export interface PasswordUnderTest extends Common {
  readonly kind: 'password'
  readonly open: () => Promise<{ readonly connection: PasswordConnection; readonly right: Credentials }>
}

export type ConnectionUnderTest = RedirectUnderTest | PasswordUnderTest

/** What every connection has to do. */
export const connectionConformance = (subject: ConnectionUnderTest): void => {
  test(`${subject.name}: settings are refused without calling anyone`, () => {
    const { open, calls } = subject.openWrongly()
    assert.throws(open, (error) => error instanceof UsherError && error.code === 'settings_invalid')
    assert.equal(calls(), 0)
  })
  if (subject.kind === 'redirect') redirectConformance(subject)
  else passwordConformance(subject)
}

const failsWith = (code: FailureCode) => (error: unknown) => error instanceof UsherError && error.code === code

const assertUsable = (profile: Profile, { identity }: ConnectionUnderTest, at: number): void => {
  assert.equal(profile.issuer, identity.issuer)
  assert.equal(profile.subject, identity.subject)
  assert.equal(typeof profile.emailVerified, 'boolean')
  assert.ok(profile.authentication.at <= at, 'nobody signs in in the future')
  assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile, 'a profile is stored as JSON')
}

/** A browser that came to this address. */
export const visitAt = (url: URL, at: number): Visit => ({
  method: 'GET',
  url,
  form: new URLSearchParams(),
  header: () => undefined,
  ip: '192.0.2.7',
  peer: '192.0.2.7',
  at,
  browser: 'a browser',
})

/** A browser that was sent to this address by a form, with what is in its query. */
export const formVisitAt = (url: URL, at: number): Visit => ({
  ...visitAt(new URL(url.pathname, url), at),
  method: 'POST',
  form: url.searchParams,
})

/** Opened anew for every test. */
const openerOf = (subject: RedirectUnderTest) => async () => {
  const stage = await subject.open()
  const { connection, order, now, visit = visitAt } = stage
  const legOf = ({ memory }: Departure): Leg & { readonly callbackUrl: string } => ({
    state: order.state,
    memory,
    callbackUrl: order.callbackUrl,
  })
  const complete = (back: URL, departure: Departure) => connection.complete(visit(back, now()), legOf(departure))
  return { ...stage, visit, legOf, complete }
}

const redirectConformance = (subject: RedirectUnderTest): void => {
  redirectPromises(subject)
  redirectRefusals(subject)
}

const redirectPromises = (subject: RedirectUnderTest): void => {
  const { name } = subject
  const opened = openerOf(subject)

  test(`${name}: somebody who agrees is known`, async () => {
    const { connection, order, agree, complete, now } = await opened()
    const departure = await connection.begin(order)
    const profile = await complete(agree(departure), departure)
    assertUsable(profile, subject, now())
    assert.equal(profile.authentication.method, 'federated')
    assert.equal(profile.authentication.secondFactor, undefined, 'nobody asked for a second factor')
  })

  test(`${name}: what is remembered is text, and never the same twice`, async () => {
    const { connection, order } = await opened()
    const one = await connection.begin(order)
    const other = await connection.begin(order)
    assert.ok(URL.canParse(one.location))
    for (const [key, value] of Object.entries(one.memory)) assert.equal(typeof value, 'string', key)
    assert.notDeepEqual(one.memory, other.memory)
    const seen = ({ location, fields }: Departure) => ({ location, fields })
    assert.notDeepEqual(seen(one), seen(other))
  })

  test(`${name}: no secret is in what is remembered, where people go, or an error`, async () => {
    const { connection, order, agree, complete, secrets } = await opened()
    const departure = await connection.begin(order)
    const back = agree(departure)
    await complete(back, departure)
    const error = await complete(back, departure).catch((thrown: unknown) => thrown)
    const seen = [departure.location, JSON.stringify([departure.fields, departure.memory]), inspect(error, { depth: 12, showHidden: true })]
    for (const secret of secrets) for (const text of seen) assert.ok(!text.includes(secret) && !text.includes(encodeURIComponent(secret)))
    const spent = [...back.searchParams].filter(([key]) => key === 'code').map(([, value]) => value)
    for (const value of [...spent, ...Object.values(departure.memory)].filter((one) => one.length > 20 && !URL.canParse(one)))
      assert.ok(!seen[2]?.includes(value), 'an error repeats what must stay between us and the provider')
  })
}

const redirectRefusals = (subject: RedirectUnderTest): void => {
  const { name } = subject
  const opened = openerOf(subject)

  test(`${name}: an answer counts for its own departure only`, async () => {
    const { connection, order, agree, legOf, now, visit, binding } = await opened()
    const mine = await connection.begin(order)
    const another = await connection.begin(order)
    // Each departure has a state of its own; it must not even be needed where something else ties the two.
    const leg = { ...legOf(another), ...(binding === 'state' && { state: 'of another' }) }
    await assert.rejects(connection.complete(visit(agree(mine), now()), leg), failsWith('connection_answer_invalid'))
  })

  test(`${name}: an answer counts once`, async () => {
    const { connection, order, agree, complete } = await opened()
    const departure = await connection.begin(order)
    const back = agree(departure)
    await complete(back, departure)
    await assert.rejects(complete(back, departure), failsWith('connection_answer_invalid'))
  })

  test(`${name}: another state is refused`, async () => {
    const { connection, order, agree, legOf, now, visit } = await opened()
    const departure = await connection.begin(order)
    const leg = { ...legOf(departure), state: 'another' }
    await assert.rejects(connection.complete(visit(agree(departure), now()), leg), failsWith('connection_answer_invalid'))
  })

  test(`${name}: an answer without anything is refused`, async () => {
    const { connection, order, complete } = await opened()
    const departure = await connection.begin(order)
    await assert.rejects(complete(new URL(order.callbackUrl), departure), failsWith('connection_answer_invalid'))
  })

  test(`${name}: a no is a no`, async () => {
    const { connection, order, refuse, complete } = await opened()
    const departure = await connection.begin(order)
    await assert.rejects(complete(refuse(departure), departure), failsWith('connection_refused'))
  })

  test(`${name}: a provider that is away is told apart from one that says no`, async () => {
    const { connection, order, agree, complete, cutOff, answersAlone } = await opened()
    const departure = await connection.begin(order)
    const back = agree(departure)
    cutOff()
    if (answersAlone) assert.ok(await complete(back, departure))
    else await assert.rejects(complete(back, departure), failsWith('connection_unavailable'))
    const anew = await opened()
    anew.cutOff()
    const leaving = anew.connection.begin(anew.order)
    if (anew.beginsAlone) assert.ok(await leaving)
    else await assert.rejects(leaving, failsWith('connection_unavailable'))
  })
}

const passwordConformance = (subject: PasswordUnderTest): void => {
  const { name } = subject

  test(`${name}: the right password is known`, async () => {
    const { connection, right } = await subject.open()
    const profile = await connection.verify(right)
    assert.ok(profile)
    assertUsable(profile, subject, right.at)
    assert.equal(profile.authentication.at, right.at)
    assert.equal(profile.authentication.method, 'password')
    assert.equal(profile.authentication.secondFactor, undefined)
  })

  test(`${name}: user names are taken however they are typed`, async () => {
    const { connection, right } = await subject.open()
    assert.ok(await connection.verify({ ...right, username: ` ${right.username.toUpperCase()} ` }))
  })

  test(`${name}: a wrong password and an unknown name are the same answer`, async () => {
    const { connection, right } = await subject.open()
    const wrong = ['', ' ', right.password.toUpperCase(), ` ${right.password}`, `${right.password}\0`, 'x'.repeat(100_000)]
    for (const password of wrong) assert.equal(await connection.verify({ ...right, password }), undefined)
    for (const username of ['', 'nobody', '__proto__', `${right.username}\0`, 'x'.repeat(100_000)])
      assert.equal(await connection.verify({ ...right, username }), undefined)
  })

  test(`${name}: guessing ends`, async () => {
    const { connection, right } = await subject.open()
    const outcomes: unknown[] = []
    for (let guess = 0; guess < 100 && outcomes.at(-1) !== 'too_many_requests'; guess += 1)
      outcomes.push(
        await connection
          .verify({ ...right, password: `guess ${guess}` })
          .catch((error: unknown) => error instanceof UsherError && error.code),
      )
    assert.equal(outcomes.pop(), 'too_many_requests')
    assert.ok(outcomes.every((one) => one === undefined))
  })
}

/** Settings of a connection, with what a test wants to be different. */
export const settingsOf = (type: string, more: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  id: 'connection-1',
  name: 'acme',
  type,
  label: 'Acme',
  brand: type,
  homeRealms: [],
  settings: {},
  ...more,
})
