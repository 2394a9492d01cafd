import { request } from 'node:http'
import { parentPort } from 'node:worker_threads'

/** What is posted, and where: to this machine, whatever name it has. */
export interface Posting {
  readonly url: string
  readonly body: string
}

/** The status of the answer; 413 also where the connection was closed because of it before all was sent. */
const posted = ({ url, body }: Posting): Promise<number> => {
  const { host, port, pathname } = new URL(url)
  const headers = { host, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
  return new Promise((resolve) => {
    const sending = request({ host: '127.0.0.1', port, path: pathname, method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    sending.on('error', ({ message }) => resolve(/EPIPE|ECONNRESET/.test(message) ? 413 : 0))
    sending.end(body)
  })
}

// In a thread of its own, so that what it costs to send is not counted with what it costs to refuse.
parentPort?.on('message', async (posting: Posting) => parentPort?.postMessage(await posted(posting)))
