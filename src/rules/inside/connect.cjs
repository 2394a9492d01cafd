'use strict'
// Puts tunnels in the place of Node's connections: net, its sockets, tls, both agents and fetch.
const http = require('node:http')
const net = require('node:net')
const tls = require('node:tls')
const { syncBuiltinESMExports } = require('node:module')
const { Tunnel } = require('./tunnel.cjs')

/** The options and the callback of net.connect and tls.connect, in all their spellings. */
const optionsOf = (words) => {
  const [first, ...rest] = words
  const whenConnected = words.findLast((word) => typeof word === 'function')
  if (typeof first === 'object' && first !== null) return { options: first, whenConnected }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { options: { path: first }, whenConnected }
  const named = rest.find((word) => typeof word === 'object' && word !== null)
  return { options: { ...named, port: first, host: typeof rest[0] === 'string' ? rest[0] : named?.host }, whenConnected }
}

const refused = (what) => Object.assign(new Error(`${what} is not available to rules`), { code: 'EACCES', syscall: 'connect' })

/** Options that several spellings of the same thing are brought to. */
const hostIn = ({ host, hostname }) => String(host || hostname || 'localhost')

/**
 * @param {{ link: object, innerNames: ReadonlySet<string>, place: () => object | undefined }} parts
 */
const installTunnels = ({ link, innerNames, place }) => {
  const Socket = socketBy(link)
  const tunnelTo = (options, isTls) => new Socket({ allowHalfOpen: options.allowHalfOpen }).dial({ ...targetIn(options), isTls })
  const connect = connectBy(tunnelTo)
  net.connect = connect
  net.createConnection = connect
  net.Socket = standInFor(Socket)
  net.Stream = net.Socket
  tls.connect = connectTlsBy(tunnelTo, (host) => innerNames.has(host.toLowerCase().replace(/[.]$/, '')))
  http.Agent.prototype.createConnection = connect
  keepApart(place)
  installFetch(place)
  syncBuiltinESMExports()
}

/** Where options lead; to a host only. */
const targetIn = (options) => {
  if (options.path) throw refused('a local socket')
  return { host: hostIn(options), port: Number(options.port) }
}

/** Sockets that are made first and connected later, as drivers of databases do. */
const socketBy = (link) =>
  class Socket extends Tunnel {
    constructor({ allowHalfOpen } = {}) {
      super({ link, allowHalfOpen })
    }

    connect(...words) {
      const { options, whenConnected } = optionsOf(words)
      if (whenConnected) this.once('connect', whenConnected)
      if (options.timeout) this.setTimeout(options.timeout)
      return this.dial(targetIn(options))
    }
  }

/**
 * Stands where Node has its own sockets. Node makes others of them, over what a process was given and under TLS: those are
 * what they were, and lead nowhere.
 */
const standInFor = (Socket) => {
  const Original = net.Socket
  const isSocket = (value) => value instanceof Socket || value instanceof Original
  const standIn = new Proxy(Original, {
    construct: (_, words, wanted) => {
      const [options] = words
      const isGiven = options?.fd !== undefined || options?.handle !== undefined
      if (wanted === standIn && !isGiven) return new Socket(options ?? undefined)
      return Reflect.construct(Original, words, wanted === standIn ? Original : wanted)
    },
    get: (_, name) => (name === Symbol.hasInstance ? isSocket : Reflect.get(Original, name)),
  })
  return standIn
}

const connectBy =
  (tunnelTo) =>
  (...words) => {
    const { options, whenConnected } = optionsOf(words)
    const tunnel = tunnelTo(options, false)
    if (whenConnected) tunnel.once('connect', whenConnected)
    if (options.timeout) tunnel.setTimeout(options.timeout)
    return tunnel
  }

const connectTlsBy = (tunnelTo, isInner) => {
  const encrypt = tls.connect
  return (...words) => {
    const { options, whenConnected } = optionsOf(words)
    if (options.socket) return encrypt(options, whenConnected)
    const host = hostIn(options)
    if (!isInner(host)) {
      const servername = options.servername ?? (net.isIP(host) ? '' : host)
      return encrypt({ ...options, servername, socket: tunnelTo(options, false) }, whenConnected)
    }
    const tunnel = tunnelTo(options, true)
    if (whenConnected) tunnel.once('secureConnect', whenConnected)
    return tunnel
  }
}

/** A connection that is kept open serves nobody but the script that opened it. */
const keepApart = (place) => {
  const nameOf = http.Agent.prototype.getName
  http.Agent.prototype.getName = function (options) {
    const here = place()
    return `${nameOf.call(this, options)}:${here?.run ?? 0}/${here?.script ?? 0}`
  }
}

const DISPATCHER = Symbol.for('undici.globalDispatcher.2')

/** fetch keeps connections of its own; each script of each run gets a set for itself. */
const installFetch = (place) => {
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    const here = place()
    if (!here || init?.dispatcher) return fetch(input, init)
    here.dispatcher ??= newDispatcher()
    return fetch(input, { ...init, dispatcher: here.dispatcher })
  }
}

const newDispatcher = () => {
  // Naming one of its classes is what makes Node load its client.
  if (!globalThis[DISPATCHER]) new Response()
  const { constructor: Agent } = globalThis[DISPATCHER]
  return new Agent({ connections: 8, keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 })
}

module.exports = { installTunnels }
