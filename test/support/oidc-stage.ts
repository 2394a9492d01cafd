import { randomBytes } from 'node:crypto'
import type { ConnectionType, Departure, LegOrder, RedirectConnection } from '#connections/connection.ts'
import { oidcType } from '#connections/oidc/oidc.ts'
import type { OidcParts } from '#connections/oidc/oidc-client.ts'
import type { Profile } from '#kernel/person.ts'
import { Secret } from '#kernel/secret.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import { createHandClock, type HandClock } from '../../emulator/clock.ts'
import { formVisitAt, settingsOf, visitAt } from '../conformance/connection.ts'
import { fakeProvider } from './fake-provider/fake-provider.ts'
import { CALLBACK, CLIENT, type FakeProviderOptions } from './fake-provider/provider-state.ts'

export const ISSUER = 'https://login.acme.example/realm'
export const PUBLIC_URL = new URL('https://usher.example')

interface StageOptions extends Partial<FakeProviderOptions> {
  readonly clock?: HandClock
  readonly connection?: Partial<ConnectionSettings>
  /** Changes the connection's own settings; undefined leaves one out. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly publicUrl?: URL
  /** The connection type, when it is not the plain one. */
  readonly typeOf?: (parts: OidcParts) => ConnectionType
}

export const orderOf = (more: Partial<LegOrder> = {}): LegOrder => ({
  callbackUrl: CALLBACK,
  state: `transaction.${randomBytes(16).toString('base64url')}`,
  freshness: {},
  choose: false,
  ...more,
})

/** An OpenID connection, its provider, and somebody who goes there and comes back. */
export const oidcStage = ({
  clock = createHandClock(),
  connection,
  settings,
  publicUrl = PUBLIC_URL,
  typeOf = oidcType,
  ...options
}: StageOptions = {}) => {
  const provider = fakeProvider({ issuer: ISSUER, now: clock.now, ...options })
  const type = typeOf({ fetch: provider.fetch, clock, randomness: { bytes: randomBytes }, publicUrl })
  const client = options.client ?? CLIENT
  const all = { issuer: provider.issuer, clientId: client.id, clientSecret: new Secret(client.secret), ...settings }
  const own = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  const opened = type.open(settingsOf(type.type, { ...connection, settings: own }))
  if (opened.kind !== 'redirect') throw new Error('not a redirect connection')
  const visit = options.answers === 'form' ? formVisitAt : visitAt
  return { ...goingAndComing(opened, clock, visit), provider, clock, type, connection: opened, visit }
}

export type OidcStage = ReturnType<typeof oidcStage>

/** Somebody who goes to a provider, and comes back the way it answers. */
export const goingAndComing = (connection: RedirectConnection, clock: HandClock, visit = visitAt) => {
  const leave = async (more: Partial<LegOrder> = {}) => {
    const order = orderOf(more)
    const departure = await connection.begin(order)
    return { order, departure, location: departure.location }
  }
  const comeBack = (back: URL, { order, departure }: { readonly order: LegOrder; readonly departure: Departure }): Promise<Profile> =>
    connection.complete(visit(back, clock.now()), { state: order.state, memory: departure.memory, callbackUrl: order.callbackUrl })
  return { leave, comeBack }
}

/** Waits until everything that can go on without time passing has done so. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
