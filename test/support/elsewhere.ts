import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { listening } from './listening.ts'
import { certificateFor } from './own-certificate.ts'

/** The page of a pretend site for what a browser asked it. `body` is what a form posted. */
export type Answer = (asked: { readonly url: URL; readonly body: string }) => string

/**
 * Sites of others, really listening on one port, for a browser that looks every name up there. The browser must put up
 * with their certificate.
 */
export const openElsewhere = async (answer: Answer) => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-elsewhere-'))
  const { tlsCertificateFile, tlsKeyFile } = certificateFor('elsewhere.example', folder)
  const server = createServer({ cert: readFileSync(tlsCertificateFile), key: readFileSync(tlsKeyFile) }, async (request, response) => {
    const url = new URL(request.url ?? '/', `https://${request.headers.host}`)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(answer({ url, body: await text(request) }))
  })
  return {
    port: await listening(server),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
