import { randomBytes, sign } from 'node:crypto'
import { wsfed } from '#protocols/wsfed/wsfed.ts'
import { saml11 } from '#tokens/saml11.ts'
import { microsoft365, orderOf, PUBLIC_URL, REALM, settingsWith, sharedKeys, visitTo } from '../test/support/wsfed-samples.ts'
import { digits, median, report } from './report.ts'

const ROUNDS = 15
const TIMES = 300
const random = { bytes: randomBytes }

/** What a token and its response cost besides the signature: rounds of all are interleaved, processor time counts. */
export const tokenBenchmark = async (): Promise<void> => {
  const keys = await sharedKeys()
  const protocol = wsfed({ publicUrl: PUBLIC_URL, certificates: keys, randomness: random })
  const arrival = await protocol.parse(
    visitTo(`/wsfed/m365?wa=wsignin1.0&wtrealm=${REALM}&wctx=estsredirect%3d2`),
    settingsWith(microsoft365),
  )
  if (arrival.kind !== 'sign-in') throw new Error('no sign-in')
  const { request } = arrival
  // As long as what is signed in a token.
  const bytes = Buffer.alloc(800, 'x')
  const format = saml11({ keys, randomness: random })
  const work = {
    signature: async () => sign('sha256', bytes, keys.active().privateKey),
    token: () => format.issue(orderOf()),
    answer: async () => protocol.respond(request, await format.issue(orderOf()), microsoft365),
  }
  const micros: Record<keyof typeof work, number[]> = { signature: [], token: [], answer: [] }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of ['signature', 'token', 'answer'] as const) micros[name].push(await cost(work[name]))
  const [signature, token, answer] = [median(micros.signature), median(micros.token), median(micros.answer)]
  console.log(`raw signature ${digits(signature)} µs, token ${digits(token)} µs, token and response ${digits(answer)} µs`)
  console.log(`besides the signature: ${digits(answer - signature)} µs of processor time`)
  report({ what: 'signature ÷ token and response, CPU', measured: signature / answer, target: 0.85, wanted: 'at least', unit: '' })
}

const cost = async (once: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  for (let times = 0; times < TIMES; times += 1) await once()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / TIMES
}
