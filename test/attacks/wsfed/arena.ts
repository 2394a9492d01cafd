import { connect } from 'node:net'
import { DEMO_CLIENT_ID } from '../../../src/cli/demo-settings.ts'
import { ONE_HOUR_MS } from '../../../src/kernel/clock.ts'
import { databases } from '../../support/databases.ts'
import { ERIKA, type House, openHouse } from '../../support/house.ts'
import { createStoryClock, type StoryClock } from '../../support/story-clock.ts'

export const REALM = 'urn:federation:MicrosoftOnline'

/** All that came back for the bytes that were sent. */
export interface Reply {
  readonly text: string
  readonly statuses: readonly number[]
  readonly ms: number
}

export interface Arena {
  readonly house: House
  readonly clock: StoryClock
  /** The one address a token may be posted to. */
  readonly replyUrl: string
  /** The cookies of somebody who is signed in: a plain request of theirs is answered with a token at once. */
  readonly cookie: () => Promise<string>
  readonly send: (bytes: Buffer) => Promise<Reply>
  readonly close: () => Promise<void>
}

/** Usher on a real socket, with a person whose session answers by itself. */
export const openArena = async (): Promise<Arena> => {
  const [database] = databases.filter(({ name }) => name === 'sqlite')
  if (!database) throw new Error('no SQLite')
  const clock = createStoryClock()
  const opened = await database.open()
  const house = await openHouse({ database: opened.address, clock })
  const port = Number(house.publicUrl.port)
  return {
    house,
    clock,
    replyUrl: `${house.emulator.addresses.login}/login.srf`,
    cookie: () => {
      // Nobody types so many passwords in one hour.
      clock.advance(ONE_HOUR_MS)
      return signedIn(house)
    },
    send: (bytes) => exchange(port, bytes),
    close: async () => {
      await house.close()
      await opened.close()
      clock.stop()
    },
  }
}

const signedIn = async (house: House): Promise<string> => {
  const browser = house.visitor()
  const chooser = await browser.open(`${house.publicUrl.origin}/wsfed/${DEMO_CLIENT_ID}?wa=wsignin1.0&wtrealm=${REALM}`)
  const password = await browser.click(chooser, 'staff password')
  const answer = await browser.submit(password, ERIKA)
  if (!('wresult' in (answer.forms[0]?.fields ?? {}))) throw new Error(`not signed in: ${answer.title}`)
  return [...browser.cookies(house.publicUrl.hostname)].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** Sends the bytes as they are and reads until the other side closes. */
const exchange = (port: number, bytes: Buffer): Promise<Reply> => {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const parts: Buffer[] = []
  const startedAt = performance.now()
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
  socket.on('data', (part: Buffer) => parts.push(part))
  const done = () => {
    const text = Buffer.concat(parts).toString()
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
    resolve({ text, statuses, ms: performance.now() - startedAt })
  }
  socket.on('end', done)
  // A connection that is torn down while we still send has answered all it will.
  socket.on('error', (error) => (parts.length > 0 ? done() : reject(error)))
  return promise
}

/** A browser's request, byte for byte as it is put together here. */
export const requestBytes = (house: House, { method, target, body, cookie, headers = [] }: RawRequest): Buffer => {
  // Chunks are promised in the headers now and then; without the last one everybody would wait.
  const isChunked = body === undefined && headers.some((header) => header.startsWith('Transfer-Encoding'))
  const payload = Buffer.from(isChunked ? '0\r\n\r\n' : (body ?? ''), 'latin1')
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${house.publicUrl.host}`,
    'Connection: close',
    ...(cookie ? [`Cookie: ${cookie}`] : []),
    ...(body === undefined ? [] : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${payload.length}`]),
    ...headers,
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload])
}

export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly body?: string | undefined
  readonly cookie?: string
  readonly headers?: readonly string[]
}
