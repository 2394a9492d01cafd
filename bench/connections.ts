import { createHash, diffieHellman, generateKeyPairSync, sign, verify } from 'node:crypto'
import { hash as argon2 } from '@node-rs/argon2'
import { type Cost, costs, type Need } from './connection-costs.ts'
import { digits, median } from './report.ts'

const ROUNDS = 7
/** As long a round takes, about: dear things are done less often. */
const ROUND_US = 100_000
const WARM_UP_US = 5_000_000
const WARM_UP = 1_500

/** (g) What it costs when somebody comes back from where they have an account. */
export const connectionsBenchmark = async (): Promise<void> => {
  const raw = await rawCosts()
  console.log('connection             processor time                its raw cryptography    ratio')
  for (const cost of costs) await tell(cost, raw)
}

const tell = async ({ name, needs, open }: Cost, raw: RawCosts): Promise<void> => {
  const once = await open()
  const count = await countFor(once)
  const ratios: number[] = []
  const all: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    let needed = 0
    for (const need of needs) needed += await raw[need]()
    const us = await usOf(once, count)
    all.push(us)
    bare.push(needed)
    ratios.push(us / needed)
  }
  const columns = [`${digits(median(all))} µs`.padStart(14), `${needs.join(' + ')}: ${digits(median(bare))} µs`.padStart(36)]
  console.log(`${name.padEnd(22)} ${columns.join('')} ${digits(median(ratios)).padStart(8)}`)
}

/** Processor time of one, all threads together, in microseconds. */
const usOf = async (once: () => unknown, count: number): Promise<number> => {
  const before = process.cpuUsage()
  for (let done = 0; done < count; done += 1) await once()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const countFor = async (once: () => unknown): Promise<number> => {
  const us = await usOf(once, 20)
  const warm = await usOf(once, Math.min(WARM_UP, WARM_UP_US / us))
  return Math.max(10, Math.ceil(ROUND_US / warm))
}

type RawCosts = Readonly<Record<Need, () => Promise<number>>>

/** As long as an ID token. */
const data = Buffer.alloc(700, 'x')

/** Bare operations of OpenSSL, or of the Argon2 library, once each. */
const rawCosts = async (): Promise<RawCosts> => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ed = generateKeyPairSync('ed25519')
  const theirs = generateKeyPairSync('x25519').publicKey
  const pss = { padding: 6, saltLength: 32 }
  const signed = {
    rsa: sign('sha256', data, rsa.privateKey),
    pss: sign('sha256', data, { key: rsa.privateKey, ...pss }),
    ec: sign('sha256', data, ec.privateKey),
    ed: sign(null, data, ed.privateKey),
  }
  const operations: Readonly<Record<Need, () => unknown>> = {
    RS256: () => verify('sha256', data, rsa.publicKey, signed.rsa),
    PS256: () => verify('sha256', data, { key: rsa.publicKey, ...pss }, signed.pss),
    ES256: () => verify('sha256', data, ec.publicKey, signed.ec),
    EdDSA: () => verify(null, data, ed.publicKey, signed.ed),
    'ES256 signature': () => sign('sha256', data, ec.privateKey),
    X25519: () => diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey: theirs }),
    'SHA-256': () => createHash('sha256').update(data).digest('base64url'),
    Argon2id: () => argon2('correct horse battery', { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1, algorithm: 2 }),
  }
  const measured = async (need: Need): Promise<() => Promise<number>> => {
    const count = await countFor(operations[need])
    return () => usOf(operations[need], count)
  }
  return {
    RS256: await measured('RS256'),
    PS256: await measured('PS256'),
    ES256: await measured('ES256'),
    EdDSA: await measured('EdDSA'),
    'ES256 signature': await measured('ES256 signature'),
    X25519: await measured('X25519'),
    'SHA-256': await measured('SHA-256'),
    Argon2id: await measured('Argon2id'),
  }
}
