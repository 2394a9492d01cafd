import { run } from './commands.ts'

/** What xmlsec1 thinks of the signature in a file, given the certificate (a PEM file) and not taking the one in the document. */
export const isGood = (file: string, certificate: string): boolean => {
  const keys = ['--enabled-key-data', 'rsa,x509', '--pubkey-cert-pem', certificate]
  const ids = ['--id-attr:AssertionID', 'urn:oasis:names:tc:SAML:1.0:assertion:Assertion']
  return run('xmlsec1', ['--verify', ...keys, ...ids, file]).status === 0
}
