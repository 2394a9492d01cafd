import { type OpenEmulator, openEmulator } from '../../emulator/emulator.ts'
import { listen } from '../../emulator/http-server.ts'
import { addressesAt } from '../../emulator/sites.ts'
import { DEMO_CONNECTIONS, DEMO_GOOGLE_CLIENT, DEMO_TENANT, demoFederation, demoSettings } from '../../src/cli/demo-settings.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'
import { freePort } from './free-port.ts'

/** One exchange as it went over the wire, secrets and all. */
export interface Tapped {
  readonly path: string
  readonly asked: string
  readonly answered: string
}

export interface Secrets {
  readonly entra: string
  readonly google: string
}

/** Microsoft's side and a pretend Google, on the wall's clock, for Usher in a process of its own; everything said is heard. */
export const tappedTenant = async (publicUrl: URL) => {
  const port = await freePort()
  const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)) }
  const emulator = await openEmulator(
    { port, clock, seed: 1, usher: publicUrl.origin, allowedCalls, visibilityDelaysMs: { graph: [0, 0], signIn: [0, 0] } },
    addressesAt(port),
  )
  const heard: Tapped[] = []
  const server = await listen((request) => overheard(emulator, request, heard), '127.0.0.1', port)
  const put = async (path: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await emulator.fetch(
      new Request(`${emulator.addresses.control}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) }),
    )
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  return { ...emulator, heard, put, close: server.close }
}

export type TappedTenant = Awaited<ReturnType<typeof tappedTenant>>

const overheard = async (emulator: OpenEmulator, request: Request, heard: Tapped[]): Promise<Response> => {
  const asked = await request.clone().text()
  const response = await emulator.fetch(request)
  const { pathname, search } = new URL(request.url)
  heard.push({ path: `${request.method} ${pathname}${search}`, asked, answered: await response.clone().text() })
  return response
}

/** The demo's settings as an administrator's file has them, with the secrets in files of their own. */
export const settingsWith = (
  publicUrl: URL,
  tenant: Pick<TappedTenant, 'addresses'>,
  secretFiles: Secrets,
): { readonly targets: readonly object[] } => {
  const files = new Map<string, string>([
    ['secret', secretFiles.entra],
    ['clientSecret', secretFiles.google],
  ])
  const settings = demoSettings(publicUrl, tenant, { entra: '', google: '' })
  return JSON.parse(JSON.stringify(settings), (key, value: unknown) => (files.has(key) ? { secretFile: files.get(key) } : value))
}

/** The administrator's part on Microsoft's and Google's side, with the certificates of our metadata. */
export const introduceUsher = async (
  tenant: Pick<TappedTenant, 'put'>,
  publicUrl: URL,
  { secrets, metadata }: { readonly secrets: Secrets; readonly metadata: string },
): Promise<void> => {
  const certificates = [...metadata.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, one = '']) => one)
  await tenant.put(`/apps/${DEMO_TENANT.clientId}`, { secrets: [secrets.entra] })
  const redirectUris = [new URL(`/login/callback/${DEMO_CONNECTIONS.google}`, publicUrl).href]
  await tenant.put(`/google/${DEMO_GOOGLE_CLIENT}`, { secret: secrets.google, redirectUris })
  for (const domain of [DEMO_TENANT.guestDomain, DEMO_TENANT.employeeDomain])
    await tenant.put(`/federation/${domain}`, demoFederation(publicUrl, domain, certificates))
}
