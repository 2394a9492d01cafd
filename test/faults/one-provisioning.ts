// One Usher process that provisions one person and ends: `node one-provisioning.ts ORDER`, where ORDER is JSON. Its books are
// a real database, the network is real, and time jumps. Writes its log to stderr, and to stdout one line: the outcome.
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'
import { GUEST_DOMAIN, TENANT_ID, USHER_CLIENT_ID } from '../../emulator/tenant.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { createLog } from '../../src/lib/log.ts'
import { outbound } from '../../src/lib/outbound.ts'
import { graphTarget } from '../../src/provisioning/graph/graph-target.ts'
import { openStorage } from '../../src/storage/open.ts'
import { held } from '../support/held.ts'
import { jumpClock } from '../support/jump-clock.ts'
import { candidate, drive, STANDARD, TARGET } from '../support/provisioning.ts'

export interface ProvisioningOrder {
  readonly database: string
  /** Base64 of 32 bytes. */
  readonly key: string
  readonly addresses: { readonly login: string; readonly graph: string }
  readonly secret: string
  /** What its clock says when it begins, in milliseconds since the epoch. */
  readonly start: number
  /** Where everything it can still reach is written down in the end. */
  readonly heapSnapshot?: string
}

const order: ProvisioningOrder = JSON.parse(process.argv[2] ?? '{}')
const clock = jumpClock({ start: order.start })
const calls = outbound()
const log = createLog({ to: { write: (line) => void writeSync(2, line) } })
const randomness = { bytes: randomBytes }

const { stores, close } = await openStorage({
  database: order.database,
  keyEncryptionKey: new Secret(order.key),
  role: 'server',
  clock,
  randomness,
  log,
})
const identity = { connection: 'google', issuer: 'https://accounts.google.example', subject: 'subject-1' }
const user = await stores.people.recognize(identity, { names: { given: 'Ana', family: 'Ruiz' }, emailVerified: false }, clock.now())
const target = graphTarget({
  settings: {
    name: TARGET,
    type: 'graph',
    tenant: TENANT_ID,
    clientId: USHER_CLIENT_ID,
    credential: { kind: 'secret', secret: new Secret(order.secret) },
    cloud: 'local',
    addresses: order.addresses,
    domain: GUEST_DOMAIN,
    userPrincipalName: 'name',
    protectedNames: [],
    usageLocation: { default: 'DE' },
    licenses: [{ skuId: STANDARD, cap: 10, floor: 0, disabledPlans: [] }],
    settleMs: 1_000,
  },
  accounts: held(stores.accounts, clock),
  seats: held(stores.seats, clock),
  aliases: held(stores.aliases, clock),
  digest: stores.digest,
  fetch: (url, init) => clock.hold(calls.fetch(url, init)),
  clock,
  randomness,
  owner: randomBytes(16).toString('hex'),
  log,
})
const progress = await clock.run(() => drive(target, candidate(user, { arrivedAt: clock.now() }), { clock }))
const given = await stores.seats.given(TARGET, STANDARD)
if (order.heapSnapshot !== undefined) writeHeapSnapshot(order.heapSnapshot)
await calls.close()
await close()
writeSync(1, `${JSON.stringify({ ...progress, seats: given })}\n`)
