import type { X509Certificate } from 'node:crypto'
import { elementsOf, serialize, type XmlElement } from '#lib/xml.ts'
import { base64Of } from './saml-certificates.ts'
import { ENCRYPTION_METHODS, METADATA, POST_BINDING, PROTOCOL, SIGNATURE } from './saml-names.ts'
import type { SamlSettings } from './saml-settings.ts'

const md = elementsOf({ prefix: 'md', uri: METADATA })
const ds = elementsOf({ prefix: 'ds', uri: SIGNATURE })

interface MetadataOrder {
  readonly entityId: string
  readonly callbackUrl: string
  readonly settings: Pick<SamlSettings, 'signing' | 'decryption' | 'nameIdFormat'>
}

/** What an identity provider needs to know of us (saml-metadata §2.4.4): our name, where answers go, our certificates. */
export const ourMetadata = ({ entityId, callbackUrl, settings }: MetadataOrder): string => {
  const { signing, decryption, nameIdFormat } = settings
  const role = md(
    'SPSSODescriptor',
    { AuthnRequestsSigned: String(signing !== undefined), WantAssertionsSigned: 'true', protocolSupportEnumeration: PROTOCOL },
    [
      ...(signing ? [keyDescriptor('signing', signing.certificate)] : []),
      ...(decryption ? [keyDescriptor('encryption', decryption.certificate, encryptionMethods())] : []),
      ...(nameIdFormat ? [md('NameIDFormat', {}, [nameIdFormat])] : []),
      md('AssertionConsumerService', { Binding: POST_BINDING, Location: callbackUrl, index: '0', isDefault: 'true' }),
    ],
  )
  return serialize(md('EntityDescriptor', { entityID: entityId }, [role]))
}

const keyDescriptor = (use: string, certificate: X509Certificate, methods: readonly XmlElement[] = []): XmlElement =>
  md('KeyDescriptor', { use }, [ds('KeyInfo', {}, [ds('X509Data', {}, [ds('X509Certificate', {}, [base64Of(certificate)])])]), ...methods])

const encryptionMethods = (): readonly XmlElement[] =>
  [...ENCRYPTION_METHODS.content, ENCRYPTION_METHODS.key].map((Algorithm) => md('EncryptionMethod', { Algorithm }))
