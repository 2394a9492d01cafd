import { Agent, globalAgent } from 'node:https'
import https from 'node:https'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import type { Job, JobResult } from '#rules/isolation.ts'
import scripts from '../../../src/rules/inside/run-scripts.cjs'
import { gallery } from './gallery.ts'
import { openStandIn } from './stand-in.ts'
import { titleOf, tryEntry } from './trying.ts'

const standIn = await openStandIn()

/** Whoever calls Usher's own name over TLS reaches the stand-in, without a certificate. */
class ToStandIn extends Agent {
  override createConnection() {
    return connect(standIn.port, '127.0.0.1')
  }
}
https.globalAgent = new ToStandIn()
after(() => {
  https.globalAgent = globalAgent
  return standIn.close()
})

const run = (job: Job): Promise<JobResult> => {
  const { updateMetadata } = job
  return scripts.runScripts(job, { updateMetadata, now: () => performance.now(), entered: () => undefined })
}

for (const entry of gallery) test(titleOf(entry), () => tryEntry(entry, standIn, run))
