import { cpuUs, firstLine, load, pinned, serve, stop } from './measured-process.ts'
import { type Installation, prepareInstallation } from './installation.ts'
import { digits, median, report } from './report.ts'

const RAW = new URL('raw-signature.ts', import.meta.url).pathname
const CONNECTIONS = 32
/** Only then has V8 done all its compiling; less of it would be measured as part of a sign-in. */
const WARM_UP = 20_000
const PER_ROUND = 4_000
const ROUNDS = 7

/** (a) What a warm sign-in costs over HTTP with everything the product does, against a bare RSA-2048 signature. */
export const signInBenchmark = async (): Promise<void> => {
  const installation = await prepareInstallation(1_000)
  try {
    const { ratios, signInUs, rawUs, perSecond } = await measure(installation)
    console.log(
      `warm sign-in ${digits(median(signInUs))} µs of processor time, bare signature ${digits(median(rawUs))} µs, ${digits(median(perSecond))} sign-ins/s on one core`,
    )
    report({
      what: '(a) bare RSA-2048 signature ÷ warm sign-in, processor time',
      measured: median(ratios),
      target: 0.6,
      wanted: 'at least',
    })
  } finally {
    installation.remove()
  }
}

const measure = async (installation: Installation) => {
  const server = await serve(installation)
  try {
    const shapes = installation.shapes(1_000)
    const order = { port: installation.port, connections: CONNECTIONS, shapes, expected: 'name="wresult"' }
    await load({ ...order, requests: WARM_UP })
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const rawUs = await rawSignatureUs()
      const before = cpuUs(server.pid ?? 0)
      const { ms } = await load({ ...order, requests: PER_ROUND })
      const signInUs = (cpuUs(server.pid ?? 0) - before) / PER_ROUND
      rounds.push({ rawUs, signInUs, ratio: rawUs / signInUs, perSecond: (PER_ROUND / ms) * 1_000 })
    }
    return {
      ratios: rounds.map(({ ratio }) => ratio),
      rawUs: rounds.map((one) => one.rawUs),
      signInUs: rounds.map((one) => one.signInUs),
      perSecond: rounds.map((one) => one.perSecond),
    }
  } finally {
    await stop(server)
  }
}

export const rawSignatureUs = async (): Promise<number> => Number(await firstLine(pinned([RAW])))
