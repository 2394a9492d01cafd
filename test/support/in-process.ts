import { DROP_HEADER } from '../../emulator/broken-answer.ts'
import type { Fetch } from '../../src/provisioning/graph/exchange.ts'

/** An answer whose body breaks off: what was sent so far, then an error. */
const brokenOff = async (response: Response): Promise<Response> => {
  const beginning = new Uint8Array(await response.arrayBuffer())
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(beginning)
      controller.error(new TypeError('terminated'))
    },
  })
  return new Response(body, { status: response.status, headers: { 'content-type': 'application/json' } })
}

const gone = (signal: AbortSignal | null | undefined): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

/**
 * A network without sockets: requests go straight to the emulator, with the broken connections it asks for. Every step
 * happens in this thread, so that virtual time stands still until it is done.
 */
export const inProcess =
  (answer: (request: Request) => Promise<Response>): Fetch =>
  async (url, init) => {
    const response = await Promise.race([answer(new Request(url, init)), gone(init.signal)])
    switch (response.headers.get(DROP_HEADER)) {
      case null:
        return response
      case 'half':
        return brokenOff(response)
      default:
        throw new TypeError('fetch failed')
    }
  }
