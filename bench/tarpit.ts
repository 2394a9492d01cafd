// What other people wait for, and those who wait for it: a provider, a directory and a host that rules call, which hang or
// answer at once, and a crowd that comes to them. A process of its own, told by messages what to do.
import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeLdap } from '../test/support/fake-ldap.ts'
import { SERVICE } from '../test/support/fake-ldap-stage.ts'
import { listening } from '../test/support/listening.ts'
import { patient } from '../test/support/patient.ts'
import { visitor } from '../test/support/visitor.ts'

/** What one of the crowd does: opens an address, clicks, types. */
export interface Errand {
  readonly address: string
  readonly cookie?: string
  readonly click?: string
  readonly typed?: Readonly<Record<string, string>>
}

export interface TarpitOrder {
  /** People at a time; each comes again after this many milliseconds, the turns evenly spread. */
  readonly crowd: number
  readonly turnMs: number
}

export type TarpitCommand = { readonly hangs: boolean; readonly errands: readonly Errand[] } | 'rest'

export interface TarpitAnswer {
  /** Where it listens. */
  readonly ports: { readonly provider: number; readonly directory: number }
  /** Calls the provider, or the host that rules call, keeps waiting now, and the most it did since it last rested. */
  readonly held: number
  readonly most: number
}

const order: TarpitOrder = JSON.parse(await text(process.stdin))
const pit = { hangs: false, held: 0, most: 0 }

const hold = (response: ServerResponse): void => {
  pit.held += 1
  pit.most = Math.max(pit.most, pit.held)
  response.once('close', () => {
    pit.held -= 1
  })
}

/** A provider that sends everybody back with a code, which nobody can redeem; and `/called`, which rules call. */
const provider = createServer((request, response) => {
  const issuer = `http://${request.headers.host}`
  const url = new URL(request.url ?? '', issuer)
  const json = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (url.pathname === '/authorize') {
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    back.search = new URLSearchParams({ code: 'c', state: url.searchParams.get('state') ?? '' }).toString()
    return response.writeHead(302, { location: back.href, connection: 'close' }).end()
  }
  if (url.pathname !== '/token' && url.pathname !== '/called')
    return json(200, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    })
  if (pit.hangs) return hold(response)
  return url.pathname === '/token' ? json(400, { error: 'invalid_grant' }) : json(200, {})
})

/** Nobody the crowd claims to be is in it. */
const directory = await fakeLdap({ entries: [{ ...SERVICE, attributes: {} }] })

type Calls = ReturnType<typeof patient>

const run = async ({ address, cookie, click, typed }: Errand, calls: Calls): Promise<void> => {
  const { open, click: follow, submit } = visitor({ calls, ...(cookie && { says: { cookie } }) })
  const first = await open(address)
  const next = click ? await follow(first, click) : first
  if (typed) await submit(next, typed)
}

const startCrowd = (errands: readonly Errand[]) => {
  const calls = patient()
  let isOver = false
  const one = async (index: number): Promise<void> => {
    await wait((index * order.turnMs) / order.crowd)
    for (let turn = 0; !isOver; turn += 1) {
      const over = wait(order.turnMs)
      const errand = errands[(index + turn * order.crowd) % errands.length]
      if (errand) await run(errand, calls)
      await over
    }
  }
  const all = Promise.all(Array.from({ length: order.crowd }, (_, index) => one(index)))
  return async () => {
    isOver = true
    await all
    // What the crowd keeps open is nothing that Usher left behind.
    await calls.close()
  }
}

const ports = { provider: await listening(provider), directory: directory.port }
const answer = (): void => void process.send?.({ ports, held: pit.held, most: pit.most } satisfies TarpitAnswer)
let stop = async (): Promise<void> => undefined

process.on('message', async (command: TarpitCommand) => {
  if (command === 'rest') {
    await stop()
    // Those who were hung up on have left when nobody is held any more.
    while (pit.held > 0) await wait(order.turnMs / 10)
    stop = async () => undefined
  } else {
    pit.hangs = command.hangs
    directory.change(command.hangs ? { hangs: 'all' } : { hangs: undefined })
    pit.most = 0
    stop = startCrowd(command.errands)
  }
  answer()
})
process.on('disconnect', () => process.exit())
answer()
