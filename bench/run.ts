import { connectionsBenchmark } from './connections.ts'
import { firstSignInBenchmark } from './first-sign-in.ts'
import { hostileBenchmark } from './hostile.ts'
import { peersBenchmark } from './peers.ts'
import { rulesBenchmark } from './rules.ts'
import { scaleBenchmark } from './scale.ts'
import { signInBenchmark } from './sign-in.ts'
import { slowCounterpartsBenchmark } from './slow-counterparts.ts'
import { startBenchmark } from './start.ts'
import { tokenBenchmark } from './tokens.ts'

const isFull = process.argv.includes('--full')

/** By the name they are called with: `npm run bench -- sign-in`; all of them when none is named. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  'sign-in': signInBenchmark,
  peers: peersBenchmark,
  'first-sign-in': firstSignInBenchmark,
  rules: rulesBenchmark,
  connections: connectionsBenchmark,
  hostile: hostileBenchmark,
  slow: slowCounterpartsBenchmark,
  scale: () => scaleBenchmark(isFull),
  start: startBenchmark,
  tokens: tokenBenchmark,
}

const named = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const unknown = named.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`)
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  console.log(`\n${name}`)
  await benchmarks[name]?.()
}
