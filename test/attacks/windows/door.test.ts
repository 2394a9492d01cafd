import assert from 'node:assert/strict'
import { after } from 'node:test'
import { fakeKerberos, ticketFor } from '../../support/fake-kerberos.ts'
import type { House } from '../../support/house.ts'
import { AT_WORK, HERE, openOffice, synchronized } from '../../support/office.ts'
import { type RawAnswer, rawExchange } from '../../support/raw-http.ts'
import { story, type Told } from '../../support/story.ts'

const office = await openOffice()
after(() => office.close())
const kerberos = fakeKerberos()

const KERBEROS = { via: 'kerberos', networks: HERE, service: 'HTTP@usher.localhost' }
const HEADER = { via: 'header', networks: HERE, proxies: ['127.0.0.1'] }
const optionsWith = (windows: unknown) => ({ databases: ['sqlite'], settings: office.settings(windows), kerberos }) as const

const TICKET = `Authorization: Negotiate ${ticketFor(AT_WORK.principal)}`
const SAID = `X-Remote-User: ${AT_WORK.principal}`

interface Browser {
  readonly path: string
  readonly cookie: string
}

const send = ({ publicUrl }: House, first: string, lines: readonly string[]): Promise<RawAnswer> =>
  rawExchange(publicUrl.origin, [first, `Host: ${publicUrl.host}`, 'Connection: close', ...lines, '', ''].join('\r\n'))

/** A browser on its way to where tickets are shown. */
const onItsWay = async (house: House): Promise<Browser> => {
  const answer = await send(house, `GET /login?client=${house.clientId}&protocol=wsfed HTTP/1.1`, [])
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const path = new URL(answer.headers.get('location') ?? '').pathname
  assert.match(path, /\/windows$/)
  return { path, cookie }
}

const at = ({ path, cookie }: Browser, house: House, lines: readonly string[], method = 'GET'): Promise<RawAnswer> =>
  send(house, `${method} ${path} HTTP/1.1`, [`Cookie: ${cookie}`, ...lines])

const isIn = ({ headers }: RawAnswer): boolean => headers.getSetCookie().some((cookie) => /_session=[^;]/.test(cookie))

/** No time passes while the directory is asked. */
const unhurried = async ({ house, clock, tell }: Told, attacks: (house: House) => Promise<number>): Promise<void> => {
  const over = clock.busy()
  await synchronized(house)
  tell(`count ${await attacks(house).finally(over)} attacks at the door, 0 let in`)
  assert.ok(!house.lines.some((line) => line.includes('internal_error')))
}

const TICKET_ATTACKS: Readonly<Record<string, { readonly lines: readonly string[]; readonly method?: string; readonly status: number }>> = {
  'posted by a form of ours': { lines: [TICKET, 'Sec-Fetch-Site: same-origin', 'Content-Length: 0'], method: 'POST', status: 405 },
  'posted by another site': { lines: [TICKET, 'Sec-Fetch-Site: cross-site', 'Content-Length: 0'], method: 'POST', status: 405 },
  'asked for without the page': { lines: [TICKET], method: 'HEAD', status: 405 },
  'put there': { lines: [TICKET, 'Content-Length: 0'], method: 'PUT', status: 405 },
  'fetched by a script': { lines: [TICKET, 'Sec-Fetch-Dest: empty', 'Sec-Fetch-Mode: cors'], status: 200 },
  'in a frame': { lines: [TICKET, 'Sec-Fetch-Dest: iframe', 'Sec-Fetch-Site: cross-site'], status: 200 },
  'as a picture': { lines: [TICKET, 'Sec-Fetch-Dest: image', 'Sec-Fetch-Site: cross-site'], status: 200 },
  'opened before anybody wanted it': { lines: [TICKET, 'Sec-Purpose: prefetch'], status: 503 },
  'larger than a header may be': { lines: [`Authorization: Negotiate ${'YAAA'.repeat(20_000)}`], status: 431 },
  'larger than a ticket may be': { lines: [`Authorization: Negotiate ${'YAAA'.repeat(16_001)}`], status: 200 },
  'two, the first of another realm': { lines: [`Authorization: Negotiate ${ticketFor('alice@OTHER.TEST')}`, TICKET], status: 200 },
  'by way of a proxy’s own scheme': { lines: [`Proxy-${TICKET}`], status: 401 },
  'in a header for those who have none': { lines: [SAID], status: 401 },
}

story(
  'a ticket is taken from a person’s browser that opens a page, and from nothing else',
  (told) =>
    unhurried(told, async (house) => {
      for (const [name, { lines, method, status }] of Object.entries(TICKET_ATTACKS)) {
        const answer = await at(await onItsWay(house), house, lines, method)
        assert.equal(answer.status, status, name)
        assert.ok(!isIn(answer), name)
      }
      assert.ok(isIn(await at(await onItsWay(house), house, [TICKET, 'Sec-Fetch-Dest: document', 'Sec-Fetch-Site: cross-site'])))
      return Object.keys(TICKET_ATTACKS).length
    }),
  optionsWith(KERBEROS),
)

story(
  'a ticket counts for the sign-in of the browser that shows it',
  (told) =>
    unhurried(told, async (house) => {
      const mine = await onItsWay(house)
      const theirs = await onItsWay(house)
      for (const [cookie, status] of [
        ['', 400],
        [theirs.cookie, 410],
        ['usher_browser=x', 400],
      ] as const) {
        const answer = await at({ ...mine, cookie }, house, [TICKET])
        assert.equal(answer.status, status)
        assert.ok(!isIn(answer))
      }
      const made = await at({ ...mine, path: mine.path.replace(/[^/]+\/windows$/, 'AAAAAAAAAAAAAAAAAAAAAA/windows') }, house, [TICKET])
      assert.equal(made.status, 410)
      assert.ok(!isIn(made))
      assert.ok(isIn(await at(mine, house, [TICKET])), 'nobody spent it meanwhile')
      return 4
    }),
  optionsWith(KERBEROS),
)

const HEADER_ATTACKS: Readonly<Record<string, readonly string[]>> = {
  'the same name twice': [SAID, SAID],
  'two names': [SAID, 'X-Remote-User: mallory@AD.USHER.TEST'],
  'two names in one line': [`${SAID}, mallory@AD.USHER.TEST`],
  'one that is empty': ['X-Remote-User:'],
  'an empty one before': ['X-Remote-User:', SAID],
  underscores: [SAID.replaceAll('-', '_')],
  'another header': [SAID.replace('X-Remote-User', 'Remote-User')],
  'another realm': ['X-Remote-User: alice@OTHER.TEST'],
  'no realm': ['X-Remote-User: alice'],
  'another domain': ['X-Remote-User: OTHER\\alice'],
  'a service': ['X-Remote-User: HTTP/usher.localhost@AD.USHER.TEST'],
  'a computer': ['X-Remote-User: PC-7$@AD.USHER.TEST'],
  'a filter': ['X-Remote-User: *@AD.USHER.TEST'],
  'a filter that is closed': ['X-Remote-User: alice)(objectClass=*@AD.USHER.TEST'],
  'letters that look the same': ['X-Remote-User: ali\u00e7e@AD.USHER.TEST'],
  'a ticket instead': [TICKET],
  'in a frame': [SAID, 'Sec-Fetch-Dest: iframe'],
}

story(
  'of a listed proxy one name of one person is believed, and nothing else',
  (told) =>
    unhurried(told, async (house) => {
      for (const [name, lines] of Object.entries(HEADER_ATTACKS)) {
        const answer = await at(await onItsWay(house), house, lines)
        assert.equal(answer.status, 200, name)
        assert.ok(!isIn(answer), name)
      }
      assert.ok(isIn(await at(await onItsWay(house), house, [SAID])))
      return Object.keys(HEADER_ATTACKS).length
    }),
  optionsWith(HEADER),
)

story(
  'a header of a stranger says nothing, whoever they say they are',
  (told) =>
    unhurried(told, async (house) => {
      const claims = ['X-Forwarded-For: 192.0.2.1', 'Forwarded: for=192.0.2.1', 'X-Real-IP: 192.0.2.1', 'Via: 1.1 192.0.2.1']
      for (const claim of claims) assert.ok(!isIn(await at(await onItsWay(house), house, [SAID, claim])), claim)
      return claims.length
    }),
  optionsWith({ ...HEADER, proxies: ['192.0.2.1'] }),
)
