import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsherError } from '#kernel/errors.ts'
import type { RelyingParty, Settings } from '#kernel/settings.ts'
import type { Token } from '#kernel/token.ts'
import type { SignInRequest } from '#kernel/transaction.ts'
import type { Visit } from '#kernel/visit.ts'
import type { Protocol } from '#protocols/protocol.ts'
import { ANNA, AT, settingsWith } from '../support/wsfed-samples.ts'

/** What a relying party may say when it asks for a sign-in, whichever protocol it speaks. */
export interface Question {
  readonly clientId: string
  readonly realm: string
  readonly replyUrl?: string
  readonly context?: string
  readonly username?: string
  /** Asks for the credentials again. */
  readonly fresh?: true
}

export interface ProtocolUnderTest {
  readonly name: string
  readonly protocol: () => Promise<Protocol>
  readonly relyingParty: RelyingParty
  readonly ask: (question: Question) => Visit
  /** The opaque value that goes back with this token, and the token itself, out of the answer's fields. */
  readonly read: (fields: Readonly<Record<string, string>>) => { readonly context: string | undefined; readonly token: string }
  readonly token: () => Promise<Token>
}

const REFUSALS = [
  'request_malformed',
  'parameter_repeated',
  'parameter_refused',
  'relying_party_unknown',
  'reply_url_refused',
  'page_unknown',
]

/** What every protocol has to do. */
export const protocolConformance = (subject: ProtocolUnderTest): void => {
  asksOnlyWhatIsKnown(subject)
  takesHints(subject)
  answers(subject)
}

const conversationWith = (subject: ProtocolUnderTest) => {
  const { relyingParty } = subject
  const known = { clientId: relyingParty.clientId, realm: relyingParty.realm }
  const asked = async (question: Partial<Question> = {}, settings: Settings = settingsWith(relyingParty)): Promise<SignInRequest> => {
    const arrival = await (await subject.protocol()).parse(subject.ask({ ...known, ...question }), settings)
    assert.equal(arrival.kind, 'sign-in')
    return arrival.kind === 'sign-in' ? arrival.request : assert.fail()
  }
  const refused = async (question: Partial<Question>, code: string, settings?: Settings) =>
    assert.rejects(asked(question, settings), (error) => error instanceof UsherError && error.code === code && REFUSALS.includes(code))
  return { asked, refused }
}

const asksOnlyWhatIsKnown = (subject: ProtocolUnderTest): void => {
  const { name, relyingParty } = subject
  const { asked, refused } = conversationWith(subject)
  const [replyUrl] = relyingParty.replyUrls

  test(`${name}: what is asked, by whom, and where the answer goes`, async () => {
    const request = await asked()
    assert.equal(request.protocol, (await subject.protocol()).name)
    assert.equal(request.relyingParty, relyingParty.clientId)
    assert.equal(request.replyUrl, replyUrl)
    assert.equal(request.arrivedAt, AT)
    assert.match(request.correlation, /^[0-9a-f-]{36}$/)
    assert.deepEqual(request.freshness, {})
    assert.equal(request.onward, undefined)
  })

  test(`${name}: strangers are refused`, async () => {
    await refused({ clientId: 'nobody' }, 'relying_party_unknown')
    await refused({ realm: 'urn:nobody' }, 'relying_party_unknown')
    await refused({ clientId: 'constructor' }, 'relying_party_unknown')
    await refused({}, 'relying_party_unknown', settingsWith({ ...relyingParty, protocol: 'another' }))
    await refused({}, 'relying_party_unknown', settingsWith())
  })

  test(`${name}: the answer goes to a registered address, compared letter by letter`, async () => {
    assert.equal((await asked({ replyUrl })).replyUrl, replyUrl)
    const second = 'https://second.example/answer'
    const both = settingsWith({ ...relyingParty, replyUrls: [replyUrl, second] })
    assert.equal((await asked({ replyUrl: second }, both)).replyUrl, second)
    assert.equal((await asked({}, both)).replyUrl, replyUrl)
    for (const foreign of [second, `${replyUrl}/`, `${replyUrl}?x=1`, replyUrl.toUpperCase(), `${replyUrl} `, 'https://evil.example/'])
      await refused({ replyUrl: foreign }, 'reply_url_refused')
  })
}

const takesHints = (subject: ProtocolUnderTest): void => {
  const { name } = subject
  const { asked } = conversationWith(subject)

  test(`${name}: credentials are asked for again when the relying party says so`, async () => {
    assert.equal((await asked({ fresh: true })).freshness.maxAgeMs, 0)
  })

  test(`${name}: a user name is a hint, and nonsense is none`, async () => {
    assert.equal((await asked({ username: 'anna@guests.fabrikam.com' })).username, 'anna@guests.fabrikam.com')
    assert.equal((await asked({ username: 'a\u0000b' })).username, undefined)
    assert.equal((await asked({ username: 'x'.repeat(4_000) })).username, undefined)
  })
}

const answers = (subject: ProtocolUnderTest): void => {
  const { name, relyingParty } = subject
  const { asked, refused } = conversationWith(subject)
  const [replyUrl] = relyingParty.replyUrls

  test(`${name}: a context comes back byte for byte`, async () => {
    const protocol = await subject.protocol()
    const token = await subject.token()
    for (const context of ['', 'a', ' a+b%20c%2Bd ', 'x=1&y=%26&amp;"><script>', 'é€😀', '\u0085\u2028\ufeff', 'z'.repeat(8 * 1024)]) {
      const answer = protocol.respond(await asked({ context }), token, relyingParty)
      assert.equal(answer.kind, 'post-form')
      if (answer.kind !== 'post-form') continue
      assert.equal(subject.read(answer.fields).context ?? '', context)
    }
    await refused({ context: 'z'.repeat(8 * 1024 + 1) }, 'request_malformed')
  })

  test(`${name}: the answer carries the token unchanged, to the address of the request`, async () => {
    const token = await subject.token()
    const answer = (await subject.protocol()).respond(await asked({ username: 'eve@evil.example' }), token, relyingParty)
    assert.equal(answer.kind, 'post-form')
    if (answer.kind !== 'post-form') return
    assert.equal(answer.action, replyUrl)
    assert.equal(subject.read(answer.fields).token, token.value)
    assert.equal(answer.session, undefined)
  })

  test(`${name}: an address that was taken off the list since the request came gets nothing`, async () => {
    const request = await asked()
    const protocol = await subject.protocol()
    const token = await subject.token()
    const changed: RelyingParty = { ...relyingParty, replyUrls: ['https://new.example/answer'] }
    assert.throws(() => protocol.respond(request, token, changed), { code: 'reply_url_refused' })
  })

  test(`${name}: a way into the relying party carries no token and nobody's session`, async () => {
    const answer = (await subject.protocol()).start(relyingParty, ANNA, 'https://contoso.sharepoint.com/sites/a?b=c&d=e#f')
    assert.equal(answer.kind, 'redirect')
    if (answer.kind !== 'redirect') return
    const address = new URL(answer.location)
    assert.equal(address.origin + address.pathname, relyingParty.signInUrl)
    assert.ok([...address.searchParams.values()].includes('https://contoso.sharepoint.com/sites/a?b=c&d=e#f'))
    assert.ok(!answer.location.includes('Assertion') && answer.session === undefined)
  })

  test(`${name}: a failure is told in its own words or to the person, and never with a token`, async () => {
    const answer = (await subject.protocol()).refuse(await asked(), new UsherError('not_admitted'), relyingParty)
    assert.ok(answer === undefined || !JSON.stringify(answer).includes('Assertion'))
  })
}
