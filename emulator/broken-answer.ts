import type { ServerResponse } from 'node:http'

/** Of an answer that never arrives whole: `reset` breaks the connection at once, `half` amid the body. */
export const DROP_HEADER = 'x-emulator-drop'

const MORE_THAN_COMES = 4_096

const writeBeginning = (outgoing: ServerResponse, response: Response, body: Buffer): Promise<void> =>
  new Promise((resolve) => {
    outgoing.writeHead(response.status, {
      'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
      'content-length': String(body.length + MORE_THAN_COMES),
    })
    outgoing.write(body, () => resolve())
  })

/** Ends the connection as `DROP_HEADER` asks, instead of answering. */
export const breakOff = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  const body = Buffer.from(await response.arrayBuffer())
  if (response.headers.get(DROP_HEADER) !== 'half') {
    outgoing.socket?.resetAndDestroy()
    return
  }
  await writeBeginning(outgoing, response, body)
  // Not reset: that could take back what was sent before.
  outgoing.destroy()
}
