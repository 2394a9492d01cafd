import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { DEMO_CLIENT_ID } from '../src/cli/demo-settings.ts'
import { sleep } from '../src/lib/sleep.ts'
import { hostiles, swollen, swollenBase64, swollenSignatures } from '../test/attacks/saml/hostile.ts'
import { databases } from '../test/support/databases.ts'
import { openHouse } from '../test/support/house.ts'
import { SAML_KEYS, samlIdentityProvider } from '../test/support/saml-identity-provider.ts'
import type { Posting } from './hostile-poster.ts'
import { digits, median, report } from './report.ts'

const TARGET_MS = 50
const ROUNDS = 7
const LARGEST = 190_000
/** The same of what is encrypted and then written in base64 twice. */
const LARGEST_SEALED = 135_000
/** More than this a callback does not take. */
const LARGEST_FORM = 300 * 1024
const SITE = 'https://login.acme.example'

/** B05: what documents that are made to keep a reader busy cost until the callback of a real server has refused them. */
export const hostileBenchmark = async (): Promise<void> => {
  const site = await openSite()
  try {
    await measured(site, () => site.good())
    const good = await measured(site, () => site.good())
    console.log(`a good answer: ${digits(good.cpuMs)} ms of processor time, the loop stood for ${digits(good.stopMs)} ms at most`)
    console.log('        what was posted                                           answer   processor time   the loop stood')
    const all: Measured[] = []
    for (const [name, value] of familiesOf(site)) {
      const one = await measured(site, () => value)
      if (one.status < 400) throw new Error(`${name}: answered ${one.status}`)
      all.push(one)
      const isMet = one.cpuMs <= TARGET_MS && one.stopMs <= TARGET_MS
      const times = [`${one.status}`.padStart(6), `${digits(one.cpuMs)} ms`.padStart(16), `${digits(one.stopMs)} ms`.padStart(16)]
      console.log(`${isMet ? 'met   ' : 'missed'}  ${name.padEnd(58)}${times.join(' ')}`)
    }
    const most = (values: readonly number[]) =>
      ({ measured: Math.max(...values), target: TARGET_MS, wanted: 'at most', unit: ' ms' }) as const
    report({ what: `the dearest of ${all.length} documents, processor time`, ...most(all.map(({ cpuMs }) => cpuMs)) })
    report({ what: 'the longest stop of the event loop', ...most(all.map(({ stopMs }) => stopMs)) })
  } finally {
    await site.close()
  }
}

type Site = Awaited<ReturnType<typeof openSite>>

/** By name, what stands in the form. */
const familiesOf = ({ sealed, changed }: Site): readonly (readonly [string, string])[] => [
  ...hostiles.map(({ name, make }) => [name, largest((bytes) => Buffer.from(make(bytes)).toString('base64'), LARGEST)] as const),
  ...Object.entries(swollen).map(([name, make]) => [`an answer with ${name}`, changed(make)] as const),
  ...Object.entries(swollenSignatures).map(([name, { make }]) => [`a signature with ${name}`, changed(make)] as const),
  ...Object.entries(swollenBase64).map(([name, { value }]) => [`base64 with ${name}`, value] as const),
  ...Object.entries(swollenBase64).map(([name, { value }]) => [`as much as fits of base64 with ${name}`, fitting(value)] as const),
  ...hostiles.map(
    ({ name, make }) =>
      [`encrypted: ${name}`, largest((bytes) => sealed(() => Buffer.from(make(bytes)).toString()), LARGEST_SEALED)] as const,
  ),
  ...Object.entries(swollen)
    .map(([name, make]) => [`encrypted: an answer with ${name}`, sealed(make)] as const)
    .filter(([, value]) => formOf(value).length <= LARGEST_FORM),
]

/** Smaller where the form would be refused for its length before anybody reads it. */
const largest = (make: (bytes: number) => string, bytes: number): string => {
  const value = make(bytes)
  return formOf(value).length <= LARGEST_FORM || bytes < LARGEST / 4 ? value : largest(make, bytes * 0.9)
}

/** Its beginning. */
const fitting = (value: string): string => {
  const share = LARGEST_FORM / formOf(value).length
  return value.slice(0, Math.floor(value.length * share * 0.99))
}

const formOf = (value: string): string => new URLSearchParams({ SAMLResponse: value }).toString()

/** Usher with one SAML connection that takes answers nobody asked for, in this process. */
const openSite = async () => {
  const database = await databases.find(({ name }) => name === 'sqlite')?.open()
  if (!database) throw new Error('no SQLite')
  const clock = { now: Date.now, sleep }
  const addresses = { issuer: 'urn:acme:saml', signInUrl: `${SITE}/sign-in`, metadataUrl: `${SITE}/metadata` }
  const acme = samlIdentityProvider({ ...addresses, now: clock.now })
  const settings = {
    issuer: acme.issuer,
    signInUrl: acme.signInUrl,
    certificates: acme.certificate(),
    decryption: { privateKey: { secret: SAML_KEYS.ours.privateKey }, certificate: SAML_KEYS.ours.certificate },
    unsolicited: { relyingParty: DEMO_CLIENT_ID },
  }
  const house = await openHouse({
    database: database.address,
    clock,
    settings: (demo) => ({
      ...demo,
      connections: [...demo.connections, { name: 'acme', type: 'saml', label: 'Acme', settings }],
      relyingParties: [{ ...demo.relyingParties[0], connections: [...demo.relyingParties[0].connections, 'acme'] }],
    }),
  })
  const callback = `${house.publicUrl.origin}/login/callback/acme`
  const audience = `${house.publicUrl.origin}/samlp/metadata?connection=acme`
  const answer = (change = {}): string => acme.unasked(callback, audience, change).SAMLResponse
  const poster = new Worker(new URL('hostile-poster.ts', import.meta.url))
  return {
    good: () => answer(),
    changed: (alter: (xml: string) => string) => answer({ alter }),
    sealed: (alterAssertion: (xml: string) => string) =>
      answer({ alterAssertion, encryptFor: new X509Certificate(SAML_KEYS.ours.certificate) }),
    /** The status of the answer to a form. */
    post: async (body: string): Promise<number> => {
      poster.postMessage({ url: callback, body } satisfies Posting)
      const [status] = await once(poster, 'message')
      return Number(status)
    },
    close: async () => {
      await poster.terminate()
      await house.close()
      await database.close()
    },
  }
}

interface Measured {
  readonly status: number
  readonly cpuMs: number
  readonly stopMs: number
}

/** The middle of several: what the thread that answers everybody worked, and how long it let a timer wait at most. */
const measured = async ({ post }: Site, nextValue: () => string): Promise<Measured> => {
  const rounds: Measured[] = []
  const loop = monitorEventLoopDelay({ resolution: 1 })
  while (rounds.length < ROUNDS) {
    const form = formOf(nextValue())
    loop.enable()
    loop.reset()
    const before = process.threadCpuUsage()
    const status = await post(form)
    const { user, system } = process.threadCpuUsage(before)
    loop.disable()
    rounds.push({ status, cpuMs: (user + system) / 1_000, stopMs: loop.max / 1e6 })
  }
  const middle = (valueIn: (one: Measured) => number) => median(rounds.map(valueIn))
  return { status: rounds[0]?.status ?? 0, cpuMs: middle(({ cpuMs }) => cpuMs), stopMs: middle(({ stopMs }) => stopMs) }
}
