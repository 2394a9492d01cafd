import { type Installation, prepareInstallation } from './installation.ts'
import { cpuUs, load, serve, stop } from './measured-process.ts'
import { digits, median, report } from './report.ts'

const CONNECTIONS = 32
const WARM_UP = 3_000
const PER_ROUND = 4_000
const ROUNDS = 7
const FEW = 1_000
const MANY = 100_000
const FULL = 1_000_000

/** (d) Whether a warm sign-in costs more when many people are stored; ids are spread evenly over all of them. */
export const scaleBenchmark = async (isFull: boolean): Promise<void> => {
  const few = await prepareInstallation(FEW)
  const many = await prepareInstallation(isFull ? FULL : MANY)
  const servers = await Promise.all([few, many].map(serve))
  try {
    const pids = servers.map(({ pid }) => pid ?? 0)
    for (const one of [few, many]) await load(orderFor(one, WARM_UP))
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const fewUs = await costUs(few, pids[0] ?? 0)
      const manyUs = await costUs(many, pids[1] ?? 0)
      ratios.push(manyUs / fewUs)
    }
    report({
      what: `(d) warm sign-in with ${digits(many.people)} people ÷ with ${FEW}, processor time`,
      measured: median(ratios),
      target: 1.06,
      wanted: 'at most',
    })
  } finally {
    await Promise.all(servers.map(stop))
    few.remove()
    many.remove()
  }
}

const orderFor = (installation: Installation, requests: number) => ({
  port: installation.port,
  connections: CONNECTIONS,
  requests,
  shapes: installation.shapes(FEW),
  expected: 'name="wresult"',
})

const costUs = async (installation: Installation, pid: number): Promise<number> => {
  const before = cpuUs(pid)
  await load(orderFor(installation, PER_ROUND))
  return (cpuUs(pid) - before) / PER_ROUND
}
