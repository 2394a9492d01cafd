import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certified {
  readonly cert: string
  readonly key: string
}

interface Wanted {
  /** Names and addresses the certificate is for, as OpenSSL writes them. */
  readonly names?: string
  /** `20250101000000Z`. */
  readonly from?: string
  readonly until?: string
}

/** An authority of its own that certifies directories; openssl does the work. */
export const authority = () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-authority-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => execFileSync('/usr/bin/openssl', [...args], { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const asAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test authority', '-days', '30', ...asAuthority)
  writeFileSync(at('index'), '')
  writeFileSync(
    at('ca.conf'),
    '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\nunique_subject=no\n[any]\ncommonName=supplied\n',
  )
  const file = (name: string) => readFileSync(at(name), 'utf8')
  return {
    folder,
    certificate: file('ca.crt'),
    certify: ({ names = 'DNS:localhost,IP:127.0.0.1', from, until }: Wanted = {}): Certified => {
      openssl('req', ...newKey, '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', '/CN=directory', '-addext', `subjectAltName=${names}`)
      const dates = [...(from ? ['-startdate', from] : []), ...(until ? ['-enddate', until] : ['-days', '30'])]
      openssl(
        'ca',
        '-batch',
        '-config',
        'ca.conf',
        '-cert',
        'ca.crt',
        '-keyfile',
        'ca.key',
        '-in',
        'tls.csr',
        '-out',
        'tls.crt',
        '-notext',
        ...dates,
      )
      return { cert: file('tls.crt'), key: file('tls.key') }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
