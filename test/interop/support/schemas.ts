import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, run } from './commands.ts'

const OWN = join(import.meta.dirname, '..', 'schemas')
const DEBIAN = [
  '/usr/share/xml/xmltooling/xml.xsd',
  '/usr/share/xml/xmltooling/xmldsig-core-schema.xsd',
  '/usr/share/xml/xmltooling/xenc-schema.xsd',
  '/usr/share/xml/opensaml/cs-sstc-schema-assertion-1.1.xsd',
  '/usr/share/xml/opensaml/saml-schema-assertion-2.0.xsd',
  '/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd',
  '/usr/share/xml/opensaml/saml-schema-protocol-2.0.xsd',
  '/usr/share/xml/shibboleth/ws-addr.xsd',
]

// In the order of need: libxml2 takes the first schema of a namespace and skips what others say about where it is.
const NAMESPACES = [
  ['http://www.w3.org/XML/1998/namespace', 'xml.xsd'],
  ['http://www.w3.org/2000/09/xmldsig#', 'xmldsig-core-schema.xsd'],
  ['http://www.w3.org/2001/04/xmlenc#', 'xenc-schema.xsd'],
  ['urn:oasis:names:tc:SAML:1.0:assertion', 'cs-sstc-schema-assertion-1.1.xsd'],
  ['urn:oasis:names:tc:SAML:2.0:assertion', 'saml-schema-assertion-2.0.xsd'],
  ['urn:oasis:names:tc:SAML:2.0:metadata', 'saml-schema-metadata-2.0.xsd'],
  ['urn:oasis:names:tc:SAML:2.0:protocol', 'saml-schema-protocol-2.0.xsd'],
  ['http://www.w3.org/2005/08/addressing', 'ws-addr.xsd'],
  ['http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd', 'oasis-200401-wss-wssecurity-utility-1.0.xsd'],
  ['http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd', 'oasis-200401-wss-wssecurity-secext-1.0.xsd'],
  ['http://schemas.xmlsoap.org/ws/2004/09/policy', 'ws-policy-200409.xsd'],
  ['http://schemas.xmlsoap.org/ws/2005/02/trust', 'ws-trust-2005-02.derived.xsd'],
  ['http://docs.oasis-open.org/wsfed/federation/200706', 'ws-federation-metadata.xsd'],
] as const

/** A judge of documents: `undefined` when one is valid, else what xmllint says. Without a network. */
export const schemaCheck = (): ((document: string) => string | undefined) => {
  const files = folder()
  const all = join(files, 'all.xsd')
  for (const file of [...DEBIAN, ...readdirSync(OWN).map((name) => join(OWN, name))])
    copyFileSync(file, join(files, file.slice(file.lastIndexOf('/') + 1)))
  const imports = NAMESPACES.map(([namespace, file]) => `<import namespace="${namespace}" schemaLocation="${file}"/>`)
  writeFileSync(all, `<schema xmlns="http://www.w3.org/2001/XMLSchema">${imports.join('')}</schema>`)
  return (document) => {
    const file = join(files, 'document.xml')
    writeFileSync(file, document)
    const { status, stderr } = run('xmllint', ['--nonet', '--noout', '--schema', all, file])
    // Valid or not is 0 or 3; anything else is a judge who cannot judge.
    if (status !== 0 && status !== 3) throw new Error(stderr)
    return status === 0 ? undefined : stderr
  }
}
