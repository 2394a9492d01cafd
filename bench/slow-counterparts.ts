import { readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createApp } from '../src/app.ts'
import { DEMO_CLIENT_ID, DEMO_CONNECTIONS } from '../src/cli/demo-settings.ts'
import { readConfig } from '../src/config.ts'
import { Secret } from '../src/kernel/secret.ts'
import { freePort } from '../test/support/free-port.ts'
import { listening } from '../test/support/listening.ts'
import { visitor } from '../test/support/visitor.ts'
import { type Installation, prepareInstallation } from './installation.ts'
import { load, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'

const PEOPLE = 1_000
const STUCK = 100
/** How long somebody waits for a provider that hangs, and how often somebody comes to one that does not. */
const TURN_MS = 5_000
const WARM_UP = 1_000
const REQUESTS = 1_000
const ROUNDS = 3

/** B39: what warm sign-ins wait while a hundred people at a time are stuck at a provider, against the same hundred refused at once. */
export const slowProviderBenchmark = async (): Promise<void> => {
  const installation = await prepareInstallation(PEOPLE)
  const tarpit = await openTarpit()
  try {
    await pointAt(installation, tarpit.issuer)
    const server = await serve(installation)
    try {
      await compare(installation, tarpit, server.pid ?? 0)
    } finally {
      await stop(server)
    }
  } finally {
    await tarpit.close()
    installation.remove()
  }
}

const compare = async (installation: Installation, tarpit: Tarpit, pid: number): Promise<void> => {
  const order = { port: installation.port, connections: 1, shapes: installation.shapes(PEOPLE), expected: 'name="wresult"' }
  await load({ ...order, requests: WARM_UP })
  const phase = async (hangs: boolean): Promise<number> => {
    tarpit.hang(hangs)
    const crowd = startCrowd(installation.port)
    await wait(TURN_MS)
    const { p99Ms } = await load({ ...order, requests: REQUESTS })
    await crowd.stop()
    return p99Ms
  }
  await phase(false)
  const before = await sockets(pid, tarpit)
  const rounds: { readonly quiet: number; readonly hung: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ quiet: await phase(false), hung: await phase(true) })
  const after = await sockets(pid, tarpit)
  const [quiet, hung] = [median(rounds.map((one) => one.quiet)), median(rounds.map((one) => one.hung))]
  console.log(`p99 of a warm sign-in: ${digits(quiet)} ms, ${digits(hung)} ms while ${STUCK} people wait for a provider that hangs`)
  const ratio = median(rounds.map((one) => one.hung / one.quiet))
  report({ what: 'B39: p99 while a provider hangs ÷ while it answers', measured: ratio, target: 1.1, wanted: 'at most' })
  report({ what: 'B39: most sockets it held', measured: tarpit.most(), target: 64, wanted: 'at most' })
  report({ what: 'B39: sockets left behind', measured: after - before, target: 0, wanted: 'at most' })
}

/** Has the installation's Google be somebody else. */
const pointAt = async ({ startArguments }: Installation, issuer: string): Promise<void> => {
  const app = await createApp(readConfig(startArguments.at(-1) ?? ''), { role: 'command' })
  const settings = { issuer, clientId: 'usher', clientSecret: new Secret('unused') }
  await app.apply({ connections: [{ name: DEMO_CONNECTIONS.google, type: 'google', label: 'Google', settings }] })
  await app.stop()
}

/** A provider that sends everybody back with a code, and then hangs when somebody wants to redeem it. */
const openTarpit = async () => {
  const port = await freePort()
  const issuer = `http://tarpit.localhost:${port}`
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
  }
  let hangs = false
  let held = 0
  let most = 0
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', issuer)
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({ code: 'c', state: url.searchParams.get('state') ?? '' }).toString()
      return response.writeHead(302, { location: back.href, connection: 'close' }).end()
    }
    if (url.pathname !== '/token') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    if (!hangs) return response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}')
    held += 1
    most = Math.max(most, held)
    return response.once('close', () => {
      held -= 1
    })
  })
  await listening(server, '127.0.0.1', port)
  return {
    issuer,
    hang: (now: boolean) => {
      hangs = now
    },
    held: () => held,
    most: () => most,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Tarpit = Awaited<ReturnType<typeof openTarpit>>

/** So many people, each back for another try once a turn is over. */
const startCrowd = (port: number) => {
  let isOver = false
  const address = `http://usher.localhost:${port}/wsfed/${DEMO_CLIENT_ID}?wa=wsignin1.0&wtrealm=urn%3Afederation%3AMicrosoftOnline&wctx=x`
  const one = async (index: number): Promise<void> => {
    await wait((index * TURN_MS) / STUCK)
    while (!isOver) {
      const turn = wait(TURN_MS)
      const { open, click, close } = visitor()
      await click(await open(address), 'Google')
      await close()
      await turn
    }
  }
  const all = Array.from({ length: STUCK }, (_, index) => one(index))
  return {
    stop: async () => {
      isOver = true
      await Promise.all(all)
    },
  }
}

/** Those the server has open, once none is held and idle ones had time to be closed. */
const sockets = async (pid: number, tarpit: Tarpit): Promise<number> => {
  while (tarpit.held() > 0) await wait(TURN_MS / 10)
  await wait(2 * TURN_MS)
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length
}

const isSocket = (file: string): boolean => {
  try {
    return readlinkSync(file).startsWith('socket:')
  } catch {
    return false
  }
}
