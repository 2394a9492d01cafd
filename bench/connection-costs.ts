import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { databaseType } from '../src/connections/database/database.ts'
import { ldapType } from '../src/connections/ldap/ldap.ts'
import { oauth2Types } from '../src/connections/oauth2/oauth2.ts'
import { oidcType } from '../src/connections/oidc/oidc.ts'
import type { OidcParts } from '../src/connections/oidc/oidc-client.ts'
import { hashPassword } from '../src/connections/database/passwords.ts'
import { socialTypes } from '../src/connections/oidc/social.ts'
import { settingsOf } from '../test/conformance/connection.ts'
import type { Algorithm } from '../test/support/fake-provider/signing.ts'
import { fakePasswordFile } from '../test/support/fake-password-file.ts'
import { adSettings, ALICE, AT, ldapTypeStage } from '../test/support/fake-ldap-stage.ts'
import { oauth2Rows, oauth2Stage } from '../test/support/oauth2-stage.ts'
import { type OidcStage, oidcStage } from '../test/support/oidc-stage.ts'
import { samlStage } from '../test/support/saml-stage.ts'
import { socialRows, socialStage } from '../test/support/social-stage.ts'
import { firstLine } from './measured-process.ts'

/** Raw cryptography somebody cannot do without. */
export type Need = 'X25519' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'ES256 signature' | 'SHA-256' | 'Argon2id'

/** A way to sign in, and its half that runs when somebody comes back; it may be run as often as one likes. */
export interface Cost {
  readonly name: string
  readonly needs: readonly Need[]
  readonly open: () => Promise<() => Promise<unknown>>
}

/** What a provider answered once, it answers again: nothing of what it does itself is measured. */
const recording = (call: OidcParts['fetch']): OidcParts['fetch'] => {
  const answers = new Map<string, { readonly status: number; readonly type: string; readonly text: string }>()
  return async (input, init) => {
    const key = `${init?.method ?? 'GET'} ${input instanceof Request ? input.url : input}`
    const known = answers.get(key)
    if (known) return new Response(known.text, { status: known.status, headers: { 'content-type': known.type } })
    const response = await call(input, init)
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    answers.set(key, { status: response.status, type, text })
    return new Response(text, { status: response.status, headers: { 'content-type': type } })
  }
}

const typesOf = (parts: OidcParts) => [oidcType(parts), ...socialTypes(parts), ...oauth2Types(parts)]

/** The type of this name, over calls that are recorded. */
const recorded = (name: string) => (parts: OidcParts) => {
  const found = typesOf({ ...parts, fetch: recording(parts.fetch) }).find(({ type }) => type === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

const cameBack = async ({ leave, comeBack, provider }: OidcStage) => {
  const leg = await leave()
  const back = provider.authorize(leg.location)
  return () => comeBack(back, leg)
}

const openid = (algorithm: Algorithm, need: Need): Cost => ({
  name: `oidc, ${algorithm}`,
  needs: [need],
  open: () => cameBack(oidcStage({ algorithm, typeOf: recorded('oidc') })),
})

type Entry = NonNullable<Parameters<typeof fakePasswordFile>[0]>[number]

/** So many tries are otherwise somebody who guesses. */
const uncounted = (...entries: readonly Entry[]) => ({ ...fakePasswordFile(entries).file, countTry: async () => true })

const PASSWORD = 'correct horse battery'

const database: Cost = {
  name: 'database',
  needs: ['Argon2id'],
  open: async () => {
    const hash = await hashPassword(PASSWORD)
    const entry = { connection: 'connection-1', subject: 's-1', username: 'dana', hash, names: {}, emailVerified: false, attributes: {} }
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const passwords = uncounted(entry)
    const type = databaseType({ passwords, log: silent })
    const connection = type.open(settingsOf('database', { id: 'connection-1' }))
    if (connection.kind !== 'password') throw new Error('not a password connection')
    return () => connection.verify({ username: 'dana', password: PASSWORD, ip: '192.0.2.7', at: 0 })
  },
}

const DIRECTORY = fileURLToPath(new URL('directory.ts', import.meta.url))

/** One handshake of TLS 1.3 for everybody whose password is tried: a key exchange, and the signatures of the server and its authority. */
const ldap: Cost = {
  name: 'ldap',
  needs: ['X25519', 'ES256', 'ES256'],
  open: async () => {
    const child = spawn(process.execPath, [DIRECTORY], { stdio: ['pipe', 'pipe', 'inherit'] })
    const { port, ca } = JSON.parse(await firstLine(child))
    const type = ldapType({ ...ldapTypeStage().parts, passwords: uncounted() })
    const settings = { ...adSettings(port), urls: [`ldaps://localhost:${port}`], ca }
    const connection = type.open(settingsOf('ldap', { settings }))
    if (connection.kind !== 'password') throw new Error('not a password connection')
    return () => connection.verify({ username: 'alice', password: ALICE.password ?? '', ip: '192.0.2.7', at: AT })
  },
}

const ANSWERS = 3_000

const saml: Cost = {
  name: 'saml',
  needs: ['RS256'],
  open: async () => {
    // An answer is taken once.
    const { leave, comeBack, provider } = samlStage()
    const ready: (() => Promise<unknown>)[] = []
    while (ready.length < ANSWERS) {
      const leg = await leave()
      const back = provider.agree(leg.departure)
      ready.push(() => comeBack(back, leg))
    }
    return async () => ready.pop()?.() ?? Promise.reject(new Error('too few answers were prepared'))
  },
}

/** What each proves besides the provider's signature. */
const besides: Readonly<Record<string, readonly Need[]>> = { apple: ['ES256 signature'] }

export const costs: readonly Cost[] = [
  openid('RS256', 'RS256'),
  openid('PS256', 'PS256'),
  openid('ES256', 'ES256'),
  openid('EdDSA', 'EdDSA'),
  ...Object.entries(socialRows).map(
    ([name, row]): Cost => ({
      name,
      needs: ['RS256', ...(besides[name] ?? [])],
      open: () => cameBack(socialStage(row, { typeOf: recorded(row.type) })),
    }),
  ),
  ...Object.entries(oauth2Rows).map(
    ([name, row]): Cost => ({
      name,
      needs: ['SHA-256'],
      open: () => cameBack(oauth2Stage(row, { typeOf: recorded(row.type) })),
    }),
  ),
  saml,
  ldap,
  database,
]
