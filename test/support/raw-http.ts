import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** Everything that came, as it came. */
  readonly text: string
}

/** Sends bytes, piece by piece as given, and reads until the other side closes. */
export const rawExchange = async (address: string, ...pieces: readonly (string | Buffer)[]): Promise<RawAnswer> => {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(address).port) })
  const parts: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('close', () => resolve())
  // Torn down while we were still sending: what came before counts.
  socket.on('error', () => resolve())
  for (const piece of pieces) socket.write(piece)
  await promise
  return answerIn(Buffer.concat(parts).toString('latin1'))
}

const answerIn = (text: string): RawAnswer => {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  return { status: Number(head.split(' ', 2)[1] ?? 0), headers: headersIn(head), body: end < 0 ? '' : text.slice(end + 4), text }
}

/** The headers of an answer, from its status line to the empty one. */
export const headersIn = (head: string): Headers => {
  const headers = new Headers()
  for (const line of head.split('\r\n').slice(1)) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  return headers
}
