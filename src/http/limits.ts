import type { FastifyServerOptions } from 'fastify'

/** A relying party's context of 8 KB, encoded three times over, still fits. */
const LARGEST_FORM_BYTES = 64 * 1024
const LARGEST_HEADERS_BYTES = 64 * 1024
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** Longer than the pause between two heartbeats of an event stream, and than any visit stays silent. */
const SILENCE_TIMEOUT_MS = 60_000
/** Longer than the usual load balancer keeps its side, so that it is never us who hang up on it first. */
const KEEP_ALIVE_MS = 65_000
/** How often slow requests are looked for: the headers' timeout is kept to within this. */
const CHECK_INTERVAL_MS = 2_000
const LONGEST_PATH_PART = 256

/** No route has a schema, so the libraries that compile them are not even loaded. */
const compileNothing = () => () => {
  throw new Error('a route has a schema')
}

/** What one connection may cost us, however slowly or widely somebody sends. */
export const limits = {
  bodyLimit: LARGEST_FORM_BYTES,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionTimeout: SILENCE_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  schemaController: { compilersFactory: { buildValidator: compileNothing, buildSerializer: compileNothing } },
  // Visits read the query themselves, byte for byte.
  routerOptions: { maxParamLength: LONGEST_PATH_PART, querystringParser: () => ({}) },
} as const satisfies FastifyServerOptions

export interface Tls {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

/** The same, as far as it is Node's own server that keeps them. */
export const serverOptions = (tls: Tls | undefined) => {
  const common = {
    maxHeaderSize: LARGEST_HEADERS_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Ours to refuse, with our headers and words.
    requireHostHeader: false,
  }
  return tls
    ? {
        https: {
          ...common,
          cert: tls.certificatePem,
          key: tls.privateKeyPem,
          minVersion: 'TLSv1.2' as const,
          handshakeTimeout: HEADERS_TIMEOUT_MS,
        },
      }
    : { http: common }
}
