import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type MutableRedirectUri, type MutableResponse, OAuth2Server, type TokenRequestIncomingMessage } from 'oauth2-mock-server'
import { freePort } from '../../support/free-port.ts'

export const PLAIN_CLIENT = { id: 'usher-app', secret: 'a secret of the test, with + and / in it' } as const

/** What a site of this kind answers, and where. */
export interface PlainShape {
  readonly host: string
  readonly authorize: string
  readonly token: string
  readonly profile: string
  readonly secretIn: 'header' | 'form'
  readonly person: Readonly<Record<string, unknown>>
  /** Facebook's: the call for a profile proves that the secret is known. */
  readonly wantsProof?: true
  /** What else it answers to a bearer token, by path. */
  readonly besides?: Readonly<Record<string, (bearer: string) => unknown>>
  /** How a token endpoint of this kind says no. */
  readonly refusal: { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
}

interface Wrong {
  /** The token endpoint says no. */
  readonly refuses?: boolean
  readonly profile?: { readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  readonly besides?: unknown
  readonly redirect?: (url: URL) => void
}

/** oauth2-mock-server in the shape of a site that speaks OAuth 2.0 and no OpenID Connect. It holds us to PKCE by itself. */
export const plainProvider = async (shape: PlainShape) => {
  const port = await freePort()
  const server = new OAuth2Server(undefined, undefined, {
    endpoints: { authorize: shape.authorize, token: shape.token, userinfo: shape.profile },
  })
  await server.issuer.keys.generate('RS256')
  const asked: string[] = []
  const tokens = new Set<unknown>()
  let wrong: Wrong = {}
  const { service } = server
  service.on('beforeResponse', (answer: MutableResponse, request: TokenRequestIncomingMessage) => {
    asked.push(`POST ${shape.token}`)
    const { access_token } = Object(answer.body)
    tokens.add(access_token)
    const isRight = hasSecret(request, shape.secretIn) && !wrong.refuses
    answer.statusCode = isRight ? 200 : shape.refusal.status
    answer.body = isRight ? { access_token, token_type: 'bearer', expires_in: 3_600 } : { ...shape.refusal.body }
  })
  service.on('beforeUserinfo', (answer: MutableResponse, request: IncomingMessage) => {
    asked.push(`GET ${shape.profile}`)
    const bearer = bearerOf(request)
    const isProven = !shape.wantsProof || new URL(request.url ?? '', ORIGIN).searchParams.get('appsecret_proof') === proofOf(bearer)
    const right = tokens.has(bearer) && isProven ? { status: 200, body: shape.person } : { status: 401, body: {} }
    const { status, body } = wrong.profile ?? right
    answer.statusCode = status
    answer.body = { ...body }
  })
  service.on('beforeAuthorizeRedirect', ({ url }: MutableRedirectUri) => wrong.redirect?.(url))
  for (const [path, answer] of Object.entries(shape.besides ?? {}))
    service.addRoute('GET', path, (request, response) => {
      asked.push(`GET ${path}`)
      answerJson(response, wrong.besides ?? answer(bearerOf(request)))
    })
  await server.start(port, '127.0.0.1')
  return {
    origin: `http://${shape.host}:${port}`,
    port,
    /** Everything asked of it by Usher, as `METHOD /path`. */
    asked,
    misbehave: (how: Wrong) => {
      wrong = how
    },
    stop: () => server.stop(),
  }
}

export type PlainProvider = Awaited<ReturnType<typeof plainProvider>>

const ORIGIN = 'http://localhost'

const bearerOf = ({ headers }: IncomingMessage): string => (headers.authorization ?? '').replace(/^Bearer /, '')

const proofOf = (token: string): string => createHmac('sha256', PLAIN_CLIENT.secret).update(token).digest('hex')

const hasSecret = ({ headers, body }: TokenRequestIncomingMessage, where: PlainShape['secretIn']): boolean => {
  const { id, secret } = PLAIN_CLIENT
  if (where === 'form') return headers.authorization === undefined && body.client_id === id && Object(body).client_secret === secret
  // RFC 6749 §2.3.1: both are form-encoded first.
  const [user, password] = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':')
  const plain = (text = '') => new URLSearchParams(`x=${text}`).get('x')
  return plain(user) === id && plain(password) === secret
}

const answerJson = (response: ServerResponse, body: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
