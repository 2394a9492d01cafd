import { samlStage } from '/work/main/test/support/saml-stage.ts'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
const kp = generateKeyPairSync('rsa', { modulusLength: 2048 }),
  b = Buffer.alloc(800),
  sg = sign('sha256', b, kp.privateKey)
const signs = process.argv[2] ?? 'assertion'
const N = 1600
const { leave, comeBack, provider } = samlStage({ signs })
const ready = []
for (let i = 0; i < N; i++) {
  const leg = await leave()
  const back = provider.agree(leg.departure)
  ready.push(() => comeBack(back, leg))
}
const rs = []
for (let r = 0; r < 16; r++) {
  let c = process.cpuUsage()
  for (let i = 0; i < 100; i++) await ready.pop()()
  let u = process.cpuUsage(c)
  const a = (u.user + u.system) / 100
  c = process.cpuUsage()
  for (let i = 0; i < 400; i++) verify('sha256', b, kp.publicKey, sg)
  u = process.cpuUsage(c)
  const v = (u.user + u.system) / 400
  rs.push([a, v, a / v])
}
const med = (k) =>
  rs
    .slice(4)
    .map((x) => x[k])
    .sort((x, y) => x - y)[6]
console.log(
  signs,
  'us',
  med(0).toFixed(0),
  'rsa us',
  med(1).toFixed(1),
  'ratio',
  med(2).toFixed(1),
  'min us',
  Math.min(...rs.map((x) => x[0])).toFixed(0),
)
