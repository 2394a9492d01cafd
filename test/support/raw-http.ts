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
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n')
  const headers = new Headers()
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  return { status: Number(start.split(' ')[1] ?? 0), headers, body: end < 0 ? '' : text.slice(end + 4), text }
}
