// The load: as many requests as the other side answers, over a fixed number of kept-open connections. A process of its
// own on the other core; told what to ask on its standard input, tells what came of it on its standard output.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { percentile } from './report.ts'

export interface LoadOrder {
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** Of one request: path, Host and Cookie, by number. */
  readonly shapes: readonly { readonly path: string; readonly host: string; readonly cookie?: string }[]
  /** What every good answer contains. */
  readonly expected: string
}

export interface LoadResult {
  readonly answered: number
  readonly wrong: number
  readonly ms: number
  /** From the first byte of a question to the last of its answer, of the slowest hundredth the quickest; milliseconds. */
  readonly p99Ms: number
}

const HEAD_END = '\r\n\r\n'

/** One connection's share: asks, reads a whole answer, asks again. */
const worker = (order: LoadOrder, take: () => number | undefined): Promise<{ answered: number; wrong: number; waits: readonly number[] }> =>
  new Promise((resolve, reject) => {
    const socket = connect(order.port, '127.0.0.1')
    let answered = 0
    let wrong = 0
    let received = ''
    let askedAt = 0
    const waits: number[] = []
    const ask = () => {
      const number = take()
      if (number === undefined) {
        socket.end()
        return resolve({ answered, wrong, waits })
      }
      const { path, host, cookie } = order.shapes[number % order.shapes.length] ?? { path: '/', host: 'localhost' }
      received = ''
      askedAt = performance.now()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}Accept: text/html\r\n\r\n`)
      return undefined
    }
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      received += part
      if (!isWhole(received)) return
      answered += 1
      waits.push(performance.now() - askedAt)
      if (!received.startsWith('HTTP/1.1 200') || !received.includes(order.expected)) wrong += 1
      ask()
    })
    socket.once('connect', ask)
    socket.once('error', reject)
  })

const isWhole = (received: string): boolean => {
  const head = received.indexOf(HEAD_END)
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head))?.[1]
  return length === undefined ? received.endsWith('\r\n0\r\n\r\n') : received.length - head - HEAD_END.length >= Number(length)
}

const order: LoadOrder = JSON.parse(await text(process.stdin))
let next = 0
const take = () => (next < order.requests ? next++ : undefined)
const began = performance.now()
const parts = await Promise.all(Array.from({ length: order.connections }, () => worker(order, take)))
const result: LoadResult = {
  answered: parts.reduce((sum, one) => sum + one.answered, 0),
  wrong: parts.reduce((sum, one) => sum + one.wrong, 0),
  ms: performance.now() - began,
  p99Ms: percentile(
    parts.flatMap(({ waits }) => waits),
    0.99,
  ),
}
process.stdout.write(JSON.stringify(result))
