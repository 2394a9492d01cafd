// Processor time of a bare RSA-2048 signature, on the core this process is pinned to; microseconds on standard output.
import { generateKeyPairSync, sign } from 'node:crypto'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const data = Buffer.alloc(700, 'x')
const WARM = 300
const ROUNDS = Number(process.argv[2] ?? 3_000)
for (let round = 0; round < WARM; round += 1) sign('RSA-SHA256', data, privateKey)
const before = process.cpuUsage()
for (let round = 0; round < ROUNDS; round += 1) sign('RSA-SHA256', data, privateKey)
const { user, system } = process.cpuUsage(before)
console.log((user + system) / ROUNDS)
