import type { TestContext } from 'node:test'
import { createHandClock, type HandClock } from '../clock.ts'
import { type Emulator, startEmulator } from '../emulator.ts'
import { GUEST_DOMAIN } from '../tenant.ts'
import type { DirectoryUser } from '../world-state.ts'
import { type Browser, createBrowser, type Page } from './browser.ts'
import { createSigningKey, responseWith, type SigningKey, signedAssertion, type TokenPlan } from './identity-provider.ts'

export const ISSUER = 'http://usher.localhost:1/wsfed/m365/guests.contoso.example'
const PASSIVE = 'http://usher.localhost:1/wsfed/m365'
const FIVE_MINUTES_MS = 300_000

/** Keys take time to make, so all tests share two. */
const keys = [createSigningKey(), createSigningKey()] as const

/** A person Usher made some time ago. */
export const ana: DirectoryUser = {
  id: 'aaaaaaaa-0000-4000-8000-000000000001',
  userPrincipalName: `ana.ruiz@${GUEST_DOMAIN}`,
  displayName: 'Ana Ruiz',
  mailNickname: 'ana.ruiz',
  onPremisesImmutableId: 'abcdefghijklmnopqrstuvwxyz',
  accountEnabled: true,
  userType: 'Member',
  assignedLicenses: [{ skuId: '3b555118-da6a-4418-894f-7df1e2096870', disabledPlans: [] }],
  createdDateTime: '2026-03-02T09:00:00Z',
  signInSessionsValidFromDateTime: '2026-03-02T09:00:00Z',
  properties: {},
  madeBy: 'usher',
}

/** An emulator whose guest domain trusts the test, and a browser in front of it. */
export interface Stage {
  readonly emulator: Emulator
  readonly browser: Browser
  readonly clock: HandClock
  readonly key: SigningKey
  readonly otherKey: SigningKey
  /** Calls the control API. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<Page>
  /** Goes to the login by smart link; gives back where the identity provider was asked. */
  readonly begin: (parameters?: string) => Promise<URL>
  /** A good token for Ana with some of it changed, ready to post. */
  readonly wresult: (changes?: Partial<TokenPlan>) => string
  readonly post: (wresult: string, wctx?: string) => Promise<Page>
}

export interface StageOptions {
  readonly visibilityDelaysMs?: {
    readonly graph: readonly [number, number]
    readonly signIn: readonly [number, number]
  }
  readonly federation?: Readonly<Record<string, string>>
}

export const setStage = async (context: TestContext, options: StageOptions = {}): Promise<Stage> => {
  const clock = createHandClock()
  const [key, otherKey] = keys
  const { visibilityDelaysMs = { graph: [0, 0], signIn: [0, 0] } } = options
  const emulator = await startEmulator({
    port: 0,
    clock,
    seed: 1,
    usher: 'http://usher.localhost:1',
    visibilityDelaysMs,
  })
  context.after(() => emulator.close())
  const browser = createBrowser()
  const control: Stage['control'] = (method, path, body) =>
    browser.send(method, `${emulator.addresses.control}${path}`, body === undefined ? '' : JSON.stringify(body))
  await control('PUT', `/federation/${GUEST_DOMAIN}`, {
    issuerUri: ISSUER,
    passiveSignInUri: PASSIVE,
    signingCertificate: key.certificate,
    ...options.federation,
  })
  const at = (ms: number): string => new Date(clock.now() + ms).toISOString()
  const plan = (): TokenPlan => ({
    key,
    issuer: ISSUER,
    notBefore: at(0),
    notOnOrAfter: at(FIVE_MINUTES_MS),
    audience: 'urn:federation:MicrosoftOnline',
    immutableId: 'abcdefghijklmnopqrstuvwxyz',
    nameIdentifier: 'abcdefghijklmnopqrstuvwxyz',
    userPrincipalName: ana.userPrincipalName,
    methods: ['urn:oasis:names:tc:SAML:1.0:am:password'],
    assertionId: `_${emulator.world.random.guid()}`,
  })
  const login = emulator.addresses.login
  return {
    emulator,
    browser,
    clock,
    key,
    otherKey,
    control,
    begin: async (parameters = `whr=${GUEST_DOMAIN}`) =>
      new URL((await browser.get(`${login}/login.srf?wa=wsignin1.0&${parameters}`)).location),
    wresult: (changes = {}) => responseWith(signedAssertion({ ...plan(), ...changes })),
    post: (wresult, wctx = '') => browser.post(`${login}/login.srf`, { wa: 'wsignin1.0', wresult, wctx }),
  }
}
