import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { freePort } from '../../support/free-port.ts'
import { listening } from '../../support/listening.ts'

export type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
export type SecretIn = 'client_secret_basic' | 'client_secret_post'

export const OP_CLIENT = { id: 'usher', secret: 'spaces & signs: 100 % of them/+=' } as const

/** Who has an account there; anybody signs in with any password. */
const people: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'anna-1': { email: 'anna@acme.example', email_verified: true, name: 'Anna Berg', given_name: 'Anna', family_name: 'Berg' },
  'boss-1': { email: 'boss@fabrikam.example', email_verified: false, name: 'Not Boss', given_name: 'Not', family_name: 'Boss' },
  'nomail-1': { name: 'No Mail', given_name: 'No', family_name: 'Mail' },
}

interface Options {
  readonly redirectUri: string
  readonly algorithm?: Algorithm
  readonly secretIn?: SecretIn
  /** True leaves what it knows of people to its userinfo endpoint, as the standard has it. */
  readonly conforms?: boolean
}

/** Changes an address somebody is sent to, in place. */
type Tampering = (url: URL) => void

/** oidc-provider, which the OpenID Foundation certified, listening on this machine. */
export const certifiedProvider = async (options: Options) => {
  const port = await freePort()
  const issuer = `http://op.localhost:${port}`
  let answer = await answering(issuer, options)
  let server = createServer()
  let tamper: { readonly asked?: Tampering; readonly answered?: Tampering; readonly hangsUpAt?: string } = {}
  let calls: string[] = []
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', issuer)
    calls.push(`${request.method} ${url.pathname}`)
    if (url.pathname === tamper.hangsUpAt) return void request.socket.destroy()
    if (url.pathname === '/auth') tamper.asked?.(url)
    request.url = `${url.pathname}${url.search}`
    return answer(request, withChangedAnswer(response, options.redirectUri, tamper.answered))
  }
  const start = async () => {
    server = createServer(handle)
    await listening(server, '127.0.0.1', port)
  }
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await start()
  return {
    issuer,
    start,
    stop,
    /** What was asked of it since the last time, as `METHOD /path`. */
    asked: (): readonly string[] => {
      const before = calls
      calls = []
      return before
    },
    /** From now on another key signs, and is the only one published. */
    rotate: async () => {
      answer = await answering(issuer, options)
    },
    /** Somebody between the browser and it changes where the browser is sent. */
    tamper: (how: typeof tamper) => {
      tamper = how
    },
  }
}

const withChangedAnswer = (response: ServerResponse, redirectUri: string, change: Tampering | undefined): ServerResponse => {
  const writeHead = response.writeHead.bind(response)
  const changed = (): void => {
    const location = response.getHeader('location')
    if (typeof location !== 'string' || !location.startsWith(redirectUri)) return
    const url = new URL(location)
    change?.(url)
    response.setHeader('location', url.href)
  }
  return Object.assign(response, {
    writeHead: (status: number) => {
      changed()
      return writeHead(status)
    },
  })
}

let made = 0

const answering = async (
  issuer: string,
  { redirectUri, algorithm = 'RS256', secretIn = 'client_secret_basic', conforms = false }: Options,
): Promise<RequestListener> => {
  const client = {
    client_id: OP_CLIENT.id,
    client_secret: OP_CLIENT.secret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: secretIn,
    id_token_signed_response_alg: algorithm,
    require_auth_time: false,
  }
  made += 1
  return new Provider(issuer, {
    clients: [client],
    clientAuthMethods: [secretIn],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name'] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    conformIdTokenClaims: conforms,
    cookies: { keys: ['a key of the test'] },
    pkce: { required: () => true },
    jwks: { keys: [await privateKey(algorithm, `key-${made}`)] },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 3_600, AuthorizationCode: 60, IdToken: 3_600, Interaction: 600, Session: 3_600, Grant: 3_600 },
  }).callback()
}

const privateKey = async (algorithm: Algorithm, id: string) => {
  const { privateKey: key }: { privateKey: CryptoKey } = await generateKeyPair(algorithm, { extractable: true })
  return { ...(await exportJWK(key)), kid: id, alg: algorithm, use: 'sig' }
}
