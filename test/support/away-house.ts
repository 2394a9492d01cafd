import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/lib/log.ts'
import { createHandClock } from '../../emulator/clock.ts'
import { fakeProvider } from './fake-provider/fake-provider.ts'
import { ANNA, CLIENT } from './fake-provider/provider-state.ts'
import { freePort } from './free-port.ts'
import { annaAtAcme } from './oauth2-stage.ts'

export const AWAY = 'https://usher.example'
const DOMAIN = 'employees.contoso.example'
const FORGE = 'https://forge.example'
export const ACME_UPN = `anna.berg@${DOMAIN}`
export const STAFF = { username: 'erika', password: 'staff horse battery', upn: `erika.vogt@${DOMAIN}` } as const

const asDirectory = { immutableIdAttribute: 'employee_id', userPrincipalNameAttribute: 'upn' } as const

/** Settings of its connections; `more` changes the one of this name. */
export const awayConnections = (more: Readonly<Record<string, object>> = {}) =>
  [
    {
      name: 'acme',
      type: 'oidc',
      label: 'Acme',
      homeRealms: ['acme.example'],
      directory: asDirectory,
      settings: { issuer: 'https://login.acme.example', clientId: CLIENT.id, clientSecret: { secret: CLIENT.secret } },
    },
    {
      name: 'forge',
      type: 'oauth2',
      label: 'Forge',
      settings: {
        issuer: FORGE,
        clientId: CLIENT.id,
        clientSecret: { secret: CLIENT.secret },
        authorizationUrl: `${FORGE}/authorize`,
        tokenUrl: `${FORGE}/token`,
        profileUrl: `${FORGE}/userinfo`,
        scopes: ['profile'],
        profile: { subject: 'data.user.id', email: 'data.emails.0.value', name: 'data.user.name' },
      },
    },
    { name: 'staff', type: 'database', label: 'a staff password', directory: asDirectory },
  ].map((one) => ({ ...one, ...more[one.name] }))

const relyingParty = {
  clientId: 'm365',
  name: 'Contoso’s Microsoft 365',
  target: 'contoso',
  connections: ['acme', 'forge', 'staff'],
  admission: { policy: 'everyone' },
  domains: { [DOMAIN]: { issuer: `${AWAY}/issuer/employees` } },
}

const target = {
  name: 'contoso',
  tenant: 'c0ff1ce0-6b1d-4f2a-9a44-0d5e6c7b8a90',
  clientId: '0b5e7a11-3c4d-4e5f-8a6b-7c8d9e0f1a2b',
  credential: { kind: 'secret', secret: { secret: 'never spent' } },
  domain: 'guests.contoso.example',
  usageLocation: { default: 'DE' },
  licenses: [],
}

/** An Usher that people reach from elsewhere, as in production; its two providers have no network, and Microsoft is not asked. */
export const openAwayHouse = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-away-'))
  const port = await freePort()
  const clock = createHandClock()
  const redirectUris = ['acme', 'forge'].map((name) => `${AWAY}/login/callback/${name}`)
  const person = { ...ANNA, employee_id: 'employee-0007', upn: ACME_UPN }
  const acme = fakeProvider({ issuer: 'https://login.acme.example', now: clock.now, redirectUris, person })
  const forge = fakeProvider({ issuer: FORGE, now: clock.now, redirectUris, person: annaAtAcme, speaks: 'oauth2' })
  const down = new Set<string>()
  const call: typeof fetch = async (input, init) => {
    const { host, href } = new URL(input instanceof Request ? input.url : input)
    const provider = { 'login.acme.example': acme, 'forge.example': forge }[host]
    if (!provider || down.has(host)) throw new Error(`nobody answers at ${host}`)
    return provider.fetch(href, init)
  }
  const lines: string[] = []
  const file = join(folder, 'usher.json')
  writeFileSync(join(folder, 'kek'), randomBytes(32).toString('base64'), { mode: 0o600 })
  writeFileSync(
    file,
    JSON.stringify({ publicUrl: AWAY, dataDirectory: join(folder, 'data'), keyFile: join(folder, 'kek'), listen: `127.0.0.1:${port}` }),
  )
  const environment = {
    clock,
    randomness: { bytes: randomBytes },
    fetch: call,
    log: createLog({ to: { write: (line) => void lines.push(line) } }),
    close: async () => undefined,
  }
  const app = await createApp(readConfig(file), { role: 'server', environment })
  await app.listen()
  await app.apply({ targets: [target], connections: awayConnections(), relyingParties: [relyingParty] })
  await app.addPerson({
    connection: 'staff',
    username: STAFF.username,
    password: STAFF.password,
    names: { given: 'Erika', family: 'Vogt' },
    attributes: { employee_id: 'employee-0001', upn: STAFF.upn },
  })
  const desk = await app.connectionDesk()
  return {
    app,
    desk,
    folder,
    clock,
    acme,
    forge,
    lines,
    /** From now on nobody answers there. */
    cutOff: (host: string) => void down.add(host),
    browser: () => awayBrowser(port),
    found: async (name: string) => {
      const connection = await desk.findConnection(name)
      if (!connection) throw new Error(`there is no ${name}`)
      return connection
    },
    close: async () => {
      await app.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type AwayHouse = Awaited<ReturnType<typeof openAwayHouse>>

export interface AwayAnswer {
  readonly status: number
  readonly location?: string
  readonly body: string
}

interface Sent {
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A browser behind whatever ends TLS in front of Usher: cookies, and one answer at a time. */
const awayBrowser = (port: number) => {
  const jar = new Map<string, string>()
  const send = async (address: string, { method = 'GET', body, headers }: Sent = {}): Promise<AwayAnswer> => {
    const { pathname, search } = new URL(address, AWAY)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sent = request({
      host: '127.0.0.1',
      port,
      path: pathname + search,
      method,
      agent: false,
      headers: { host: 'usher.example', ...(cookie && { cookie }), ...headers },
    })
    sent.on('response', resolve).on('error', reject).end(body)
    const answer = await promise
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair = '', ...attributes] = line.split('; ')
      const equals = pair.indexOf('=')
      if (attributes.includes('Max-Age=0')) jar.delete(pair.slice(0, equals))
      else jar.set(pair.slice(0, equals), pair.slice(equals + 1))
    }
    const { location } = answer.headers
    return { status: answer.statusCode ?? 0, ...(location && { location }), body: await text(answer) }
  }
  return {
    open: (address: string) => send(address),
    post: (address: string, fields: Readonly<Record<string, string>>) =>
      send(address, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: AWAY, 'sec-fetch-site': 'same-origin' },
      }),
    /** A program rather than a person. */
    ask: (method: 'GET' | 'POST', path: string, bearer: string, body?: object) =>
      send(`/api/v2${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) },
      }),
    /** As Microsoft 365 sends people. */
    arrive: (more: Readonly<Record<string, string>> = {}) =>
      send(`/wsfed/m365?${new URLSearchParams({ wa: 'wsignin1.0', wtrealm: 'urn:federation:MicrosoftOnline', ...more })}`),
    hasSession: () => [...jar.keys()].some((name) => name.includes('session')),
  }
}

export type AwayBrowser = ReturnType<typeof awayBrowser>
