import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DEMO_TENANT } from '../src/cli/demo-settings.ts'
import { type Installation, prepareInstallation } from './installation.ts'
import { cpuUs, firstLine, load, pinned, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'

const FOLDER = fileURLToPath(new URL('peers', import.meta.url))
const CONNECTIONS = 32
const ROUNDS = 5
const OURS = 3_000
const THEIRS = 1_000
/** Only then has V8 done all its compiling. */
const WARM_UP = 20_000

/** (b) Warm sign-ins against npm wsfed 6 with saml 4 on express 4: same core, connections and claims, both warmed up. */
export const peersBenchmark = async (): Promise<void> => {
  install()
  const installation = await prepareInstallation(1_000)
  const ours = await serve(installation)
  const theirs = pinned(['server.cjs'], { cwd: FOLDER, input: JSON.stringify(await peerSettings(installation)) })
  try {
    const { port } = JSON.parse(await firstLine(theirs))
    const ourOrder = { port: installation.port, connections: CONNECTIONS, shapes: installation.shapes(1_000), expected: 'name="wresult"' }
    const theirOrder = {
      ...ourOrder,
      port,
      shapes: installation.shapes(1_000).map(({ path, host }) => ({ path: path.replace(/^[^?]+/, '/wsfed'), host })),
    }
    await load({ ...ourOrder, requests: WARM_UP })
    await load({ ...theirOrder, requests: WARM_UP })
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        our: await measured(ours.pid ?? 0, { ...ourOrder, requests: OURS }),
        their: await measured(theirs.pid ?? 0, { ...theirOrder, requests: THEIRS }),
      })
    const us = { our: median(rounds.map(({ our }) => our.us)), their: median(rounds.map(({ their }) => their.us)) }
    console.log(`Usher ${digits(us.our)} µs a sign-in, wsfed on express ${digits(us.their)} µs`)
    report({
      what: '(b) requests/s, Usher ÷ wsfed',
      measured: median(rounds.map(({ our, their }) => our.perSecond / their.perSecond)),
      target: 4.5,
      wanted: 'at least',
    })
    report({
      what: '(b) processor time, wsfed ÷ Usher',
      measured: median(rounds.map(({ our, their }) => their.us / our.us)),
      target: 4.5,
      wanted: 'at least',
    })
  } finally {
    await Promise.all([stop(ours), stop(theirs)])
    installation.remove()
  }
}

const measured = async (pid: number, order: Parameters<typeof load>[0]) => {
  const before = cpuUs(pid)
  const { ms, answered } = await load(order)
  return { us: (cpuUs(pid) - before) / answered, perSecond: (answered / ms) * 1_000 }
}

/** Their README's way to set it up, with our key and the values of one of our people. */
const peerSettings = async ({ signingKey }: Installation) => ({
  key: signingKey.privateKeyPem.reveal(),
  certificate: signingKey.certificatePem,
  issuer: `http://usher.localhost/issuer/${DEMO_TENANT.guestDomain}`,
  replyUrl: 'http://login.localhost:9/login.srf',
})

/** Their packages lie in a folder of their own, so that nothing of Usher can import them. */
const install = (): void => {
  if (existsSync(`${FOLDER}/node_modules/wsfed`)) return
  console.log('Installing what Usher is measured against …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER, stdio: 'inherit' })
  if (status !== 0) throw new Error('the peers could not be installed')
}
