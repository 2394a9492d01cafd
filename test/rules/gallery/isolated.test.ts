import { after, test } from 'node:test'
import { egress } from '#rules/egress.ts'
import { createPool } from '#rules/pool.ts'
import type { InnerHost } from '#rules/runner.ts'
import { wayOut } from '#rules/way-out.ts'
import { rememberingLog } from '../../support/rule-pool.ts'
import { gallery } from './gallery.ts'
import { openStandIn } from './stand-in.ts'
import { titleOf, tryEntry, USHER } from './trying.ts'

const standIn = await openStandIn()

/** Usher's own name leads to Usher, and to nobody's machine. */
const usher: InnerHost = {
  names: [USHER],
  answer: async ({ method, path, headers, body }) => {
    const { status = 200, body: said = {} } = standIn.answer({ line: `${method} ${path}`, headers, body })
    return { status, body: typeof said === 'string' ? { message: said } : said }
  },
}

const pool = createPool({
  jail: 'auto',
  reach: egress({ ...wayOut, privateHosts: ['127.0.0.1'] }),
  innerHosts: [usher],
  log: rememberingLog(),
})
after(async () => {
  await pool.stop()
  await standIn.close()
})

for (const entry of gallery) test(titleOf(entry), () => tryEntry(entry, { standIn, run: pool.run }))
