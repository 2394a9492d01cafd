'use strict'
// Every TCP connection of a runner is a tunnel through Usher. Whoever opens one looks like a socket to Node's own clients.
const { Duplex } = require('node:stream')
const { WINDOW_BYTES, fromRunner, toRunner } = require('./frames.cjs')

const MOST_DATA_BYTES = 64 * 1024
const CREDIT_BYTES = WINDOW_BYTES / 8

/** What Node's TLS sockets can do besides; at an inner host nothing is encrypted, and nothing needs to be. */
const likeTls = {
  encrypted: true,
  authorized: true,
  authorizationError: null,
  alpnProtocol: false,
  servername: undefined,
  getPeerCertificate: () => ({}),
  getPeerX509Certificate: () => undefined,
  getCertificate: () => ({}),
  getCipher: () => ({ name: 'TLS_AES_256_GCM_SHA384', standardName: 'TLS_AES_256_GCM_SHA384', version: 'TLSv1.3' }),
  getProtocol: () => 'TLSv1.3',
  getSession: () => undefined,
  getTLSTicket: () => undefined,
  getEphemeralKeyInfo: () => ({}),
  getFinished: () => undefined,
  getPeerFinished: () => undefined,
  isSessionReused: () => false,
  setServername: () => undefined,
  setSession: () => undefined,
  disableRenegotiation: () => undefined,
  enableTrace: () => undefined,
}

class Tunnel extends Duplex {
  #link
  #credit = WINDOW_BYTES
  #owed = 0
  #unsent
  #idleMs = 0
  #idle

  /** @param {{ link: object, allowHalfOpen?: boolean }} order it leads nowhere before it is dialed */
  constructor({ link, allowHalfOpen = false }) {
    super({ allowHalfOpen, emitClose: true, autoDestroy: true })
    this.connecting = false
    this.pending = true
    this.bytesRead = 0
    this.bytesWritten = 0
    this.#link = link
  }

  /** @param {{ host: string, port: number, isTls?: boolean }} target */
  dial({ host, port, isTls = false }) {
    if (this.id !== undefined) throw Object.assign(new Error('connect EISCONN'), { code: 'EISCONN', syscall: 'connect' })
    this.connecting = true
    this.remotePort = port
    if (isTls) Object.assign(this, likeTls)
    this.id = this.#link.open(this, { host, port })
    this.#sendUnsent()
    return this
  }

  get readyState() {
    if (this.connecting) return 'opening'
    if (this.id === undefined) return 'closed'
    return this.destroyed ? 'closed' : 'open'
  }

  /** A frame for this tunnel has come. */
  take(kind, payload) {
    this.#stir()
    switch (kind) {
      case toRunner.opened:
        return this.#opened(JSON.parse(payload.toString()))
      case toRunner.data:
        return this.#arrived(payload)
      case toRunner.end:
        return void this.push(null)
      case toRunner.credit:
        this.#credit += payload.readUInt32LE(0)
        return this.#sendUnsent()
      case toRunner.closed:
        return this.#closed(payload.length > 0 ? JSON.parse(payload.toString()) : undefined)
    }
  }

  #opened({ address, family }) {
    this.connecting = false
    this.pending = false
    this.remoteAddress = address
    this.remoteFamily = family
    this.emit('connect')
    this.emit('ready')
    if (this.encrypted) this.emit('secureConnect')
  }

  #arrived(payload) {
    this.bytesRead += payload.length
    this.#owed += payload.length
    if (this.push(Buffer.from(payload))) this.#settle()
  }

  #closed(failure) {
    this.#link.forget(this)
    if (failure) this.destroy(Object.assign(new Error(failure.message), { code: failure.code, syscall: 'connect' }))
    else if (this.readableEnded) this.destroy()
    else {
      this.push(null)
      this.once('end', () => this.destroy())
    }
  }

  #settle() {
    if (this.#owed < CREDIT_BYTES || this.destroyed) return
    this.#link.credit(this, this.#owed)
    this.#owed = 0
  }

  _read() {
    this.#settle()
  }

  _write(chunk, _encoding, done) {
    this.#stir()
    this.bytesWritten += chunk.length
    this.#unsent = { chunk, done }
    this.#sendUnsent()
  }

  #sendUnsent() {
    while (this.id !== undefined && this.#unsent && this.#credit > 0) {
      const { chunk, done } = this.#unsent
      const part = chunk.subarray(0, Math.min(chunk.length, this.#credit, MOST_DATA_BYTES))
      this.#credit -= part.length
      this.#link.send(this, fromRunner.data, part)
      this.#unsent = part.length < chunk.length ? { chunk: chunk.subarray(part.length), done } : undefined
      if (!this.#unsent) done()
    }
  }

  _final(done) {
    if (this.id === undefined) return void this.once('connect', () => this._final(done))
    this.#link.send(this, fromRunner.end)
    done()
  }

  _destroy(error, done) {
    clearTimeout(this.#idle)
    this.connecting = false
    this.#link.close(this)
    done(error)
  }

  #stir() {
    if (this.#idle) this.#idle.refresh()
  }

  setTimeout(ms, whenIdle) {
    clearTimeout(this.#idle)
    this.#idleMs = Number(ms) || 0
    this.#idle = this.#idleMs > 0 ? setTimeout(() => this.emit('timeout'), this.#idleMs).unref() : undefined
    if (whenIdle && this.#idleMs > 0) this.once('timeout', whenIdle)
    if (whenIdle && this.#idleMs === 0) this.removeListener('timeout', whenIdle)
    return this
  }

  get timeout() {
    return this.#idleMs
  }

  setNoDelay() {
    return this
  }

  setKeepAlive() {
    return this
  }

  ref() {
    return this
  }

  unref() {
    return this
  }

  address() {
    return {}
  }

  destroySoon() {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', this.destroy)
  }

  resetAndDestroy() {
    return this.destroy()
  }
}

/**
 * The tunnels of this process.
 * @param {{ send: (kind: number, id: number, payload?: string | Uint8Array) => void, place: () => { run: number, script: number } | undefined }} channel
 */
const createLink = ({ send, place }) => {
  const tunnels = new Map()
  let last = 0
  return {
    open: (tunnel, { host, port }) => {
      last += 1
      tunnels.set(last, tunnel)
      const here = place()
      send(fromRunner.open, last, JSON.stringify({ run: here?.run ?? 0, script: here?.script ?? 0, host, port }))
      return last
    },
    send: (tunnel, kind, payload) => {
      if (tunnels.has(tunnel.id)) send(kind, tunnel.id, payload)
    },
    credit: (tunnel, bytes) => {
      const payload = Buffer.allocUnsafe(4)
      payload.writeUInt32LE(bytes)
      if (tunnels.has(tunnel.id)) send(fromRunner.credit, tunnel.id, payload)
    },
    close: (tunnel) => {
      if (tunnels.delete(tunnel.id)) send(fromRunner.close, tunnel.id)
    },
    forget: (tunnel) => tunnels.delete(tunnel.id),
    take: (kind, id, payload) => tunnels.get(id)?.take(kind, payload),
  }
}

module.exports = { Tunnel, createLink }
