import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSignedCertificate } from '../../src/tokens/self-signed-certificate.ts'

const ONE_HOUR_MS = 60 * 60_000

/** A certificate for this host and its key, in files; told as the configuration has it. Browsers live in real time. */
export const certificateFor = (host: string, folder: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const at = Date.now()
  const certificate = selfSignedCertificate({
    commonName: host,
    serial: Buffer.alloc(16, 7),
    notBefore: at - ONE_HOUR_MS,
    notAfter: at + ONE_HOUR_MS,
    publicKey,
    privateKey,
  })
  const tlsCertificateFile = join(folder, 'tls.crt')
  const tlsKeyFile = join(folder, 'tls.key')
  writeFileSync(tlsCertificateFile, certificate)
  writeFileSync(tlsKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { mode: 0o600 })
  return { tlsCertificateFile, tlsKeyFile }
}
