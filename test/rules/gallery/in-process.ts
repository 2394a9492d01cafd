import https, { Agent, globalAgent } from 'node:https'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import type { Job, JobResult } from '#rules/isolation.ts'
import scripts from '../../../src/rules/inside/run-scripts.cjs'
import type { Entry } from './entry.ts'
import { openStandIn } from './stand-in.ts'
import { titleOf, tryEntry, USHER } from './trying.ts'

/** Makes a test of every entry: its rules run in this process, with their own libraries, and everybody they call is a stand-in. */
export const tryInProcess = async (entries: readonly Entry[], textOf?: (rule: string) => string): Promise<void> => {
  const standIn = await openStandIn()
  const agent = agentTo(standIn.port)
  https.globalAgent = agent
  const { fetch } = globalThis
  globalThis.fetch = (input, init) =>
    fetch(input instanceof Request ? input : String(input).replace(`https://${USHER}/`, `${standIn.url}/`), init)
  after(() => {
    https.globalAgent = globalAgent
    globalThis.fetch = fetch
    agent.destroy()
    return standIn.close()
  })
  for (const entry of entries) test(titleOf(entry), () => tryEntry(entry, { standIn, run, ...(textOf && { textOf }) }))
}

/** Whoever calls Usher's own name over TLS reaches the stand-in, without a certificate. Libraries make more of its kind. */
const agentTo = (port: number): Agent =>
  new (class extends Agent {
    override createConnection() {
      return connect(port, '127.0.0.1')
    }
  })()

const run = (job: Job): Promise<JobResult> => {
  const { updateMetadata } = job
  return scripts.runScripts(job, { updateMetadata, now: () => performance.now(), entered: () => undefined })
}
