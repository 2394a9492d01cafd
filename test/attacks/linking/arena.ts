import { randomBytes } from 'node:crypto'
import { Secret } from '#kernel/secret.ts'
import type { Profile, User } from '#kernel/person.ts'
import type { ConnectionSettings, RelyingParty } from '#kernel/settings.ts'
import { createDrives } from '#sign-in/drives.ts'
import { refusalBook } from '#sign-in/refusal-book.ts'
import { createRuleRuns } from '#sign-in/rule-runs.ts'
import { recognized } from '#sign-in/recognize.ts'
import { openStorage } from '#storage/open.ts'
import { settingsOf, visitAt } from '../../conformance/connection.ts'
import { databases } from '../../support/databases.ts'
import { fakeLog } from '../../support/fake-sign-in.ts'
import { AT } from '../../support/stores.ts'

const PUBLIC_URL = new URL('http://usher.localhost')

const relyingParty: RelyingParty = {
  clientId: 'microsoft365',
  name: 'Microsoft 365',
  protocol: 'wsfed',
  realm: 'urn:federation:MicrosoftOnline',
  replyUrls: ['https://login.example/login.srf'],
  format: 'saml11',
  lifetimeSeconds: 300,
  sessionMaxAgeSeconds: 3_600,
  target: 'contoso',
  connections: [],
  admission: { policy: 'everyone' },
  domains: {},
  signInUrl: 'https://login.example/login.srf',
  links: {},
  deepLinkPrefixes: [],
}

const unasked = (what: string) => (): never => {
  throw new Error(`nobody is to ask for ${what}`)
}

export const connectionOf = (name: string, type: string, more: Partial<ConnectionSettings> = {}): ConnectionSettings =>
  settingsOf(type, { id: `con_${name}`, name, label: name, ...more })

/** Where people arrive: the real steps on a real database, and the profiles they come with. */
export const openLinkingArena = async (connections: readonly ConnectionSettings[]) => {
  const [sqlite] = databases
  const database = await sqlite?.open()
  if (!database) throw new Error('there is no database')
  const clock = { now: () => AT, sleep: async () => undefined }
  const randomness = { bytes: randomBytes }
  const { log, lines } = fakeLog()
  const keyEncryptionKey = new Secret(randomBytes(32).toString('base64'))
  const storage = await openStorage({ database: database.address, keyEncryptionKey, role: 'command', clock, randomness, log })
  const { stores } = storage
  const settings = { revision: 1, relyingParties: [relyingParty], connections, targets: [], rules: (await stores.settings.current()).rules }
  const parts = {
    books: stores,
    protocols: new Map(),
    formats: new Map(),
    // They open; nobody is sent there.
    connection: () => ({ kind: 'password' as const, verify: unasked('a password') }),
    target: unasked('a target'),
    drives: createDrives({ people: stores.people, clock, log }),
    refusals: refusalBook(stores.ledger),
    ruleRunner: { run: unasked('rules') },
    ruleRuns: createRuleRuns({ clock, owner: 'test', isOnlyServer: false }),
    publicUrl: PUBLIC_URL,
    clock,
    randomness,
    log,
    clockSkewMs: () => 0,
  }
  const request = {
    protocol: 'wsfed',
    relyingParty: relyingParty.clientId,
    replyUrl: relyingParty.replyUrls[0],
    freshness: {},
    correlation: '00000000-0000-4000-8000-000000000001',
    arrivedAt: AT,
  }

  /** Somebody comes back from this connection: the user they are. */
  const arrive = async (profile: Profile, connection: ConnectionSettings): Promise<User> => {
    const base = { id: randomBytes(16).toString('base64url'), browser: 'a browser', request, expiresAt: AT + 1_000 }
    const transaction = { ...base, stage: 'routed' as const, connection: connection.id }
    const occasion = { visit: visitAt(PUBLIC_URL, AT), settings, relyingParty, parts }
    const outcome = await recognized(profile, connection, { transaction, occasion })
    if (outcome.kind !== 'next' || outcome.transaction.stage !== 'authenticated') throw new Error('nobody was recognized')
    return outcome.transaction.user
  }

  const close = async (): Promise<void> => {
    await storage.close()
    await database.close()
  }
  return { stores, arrive, lines, close }
}

export type LinkingArena = Awaited<ReturnType<typeof openLinkingArena>>
