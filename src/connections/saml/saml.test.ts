import { Secret } from '#kernel/secret.ts'
import { X509Certificate } from 'node:crypto'
import { connectionConformance, formVisitAt, settingsOf } from '../../../test/conformance/connection.ts'
import { orderOf } from '../../../test/support/oidc-stage.ts'
import { ANNA_SAML, SAML_KEYS } from '../../../test/support/saml-identity-provider.ts'
import { SAML_ISSUER, samlStage } from '../../../test/support/saml-stage.ts'

type StageOptions = Parameters<typeof samlStage>[0]

const decryption = { privateKey: new Secret(SAML_KEYS.ours.privateKey), certificate: SAML_KEYS.ours.certificate }

/** By hand, nothing is asked of anybody before people go there. */
const byHand = { metadataUrl: undefined, signInUrl: 'https://login.acme.example/in', certificates: SAML_KEYS.provider.certificate }

const kinds: Readonly<Record<string, StageOptions>> = {
  'saml by metadata, assertion signed': {},
  'saml by metadata, response signed': { signs: 'response' },
  'saml by metadata, both signed, requests posted and signed': { signs: 'both', binding: 'post', settings: { signing: decryption } },
  'saml by hand, encrypted': {
    encryptFor: new X509Certificate(SAML_KEYS.ours.certificate),
    settings: { ...byHand, decryption, signing: decryption },
  },
}

for (const [name, options] of Object.entries(kinds))
  connectionConformance({
    kind: 'redirect',
    name,
    identity: { issuer: SAML_ISSUER, subject: ANNA_SAML.nameId },
    openWrongly: () => {
      const { type, provider } = samlStage(options)
      return { open: () => type.open(settingsOf('saml', { settings: { issuer: SAML_ISSUER } })), calls: () => provider.calls.length }
    },
    open: async () => {
      const { connection, provider, clock } = samlStage(options)
      return {
        connection,
        order: orderOf(),
        now: clock.now,
        agree: provider.agree,
        refuse: provider.refuse,
        cutOff: provider.cutOff,
        answersAlone: true,
        ...(options?.settings && 'signInUrl' in options.settings && { beginsAlone: true }),
        visit: formVisitAt,
        secrets: [SAML_KEYS.ours.privateKey, SAML_KEYS.provider.privateKey],
      }
    },
  })
