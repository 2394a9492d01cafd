import { Secret } from '#kernel/secret.ts'
import { areGiven, declared, labelOf, need, recordIn, tell, textsOf, type Writer, type Writing } from './connection-terms.ts'
import { isText } from './reading.ts'

const isHttps = (text: string): boolean => URL.parse(text)?.protocol === 'https:'

/** A SAML identity provider. Our keys there were Auth0's, which never left it. */
export const samlp: Writer = (writing) => {
  const { options, name } = writing
  const needs = {
    issuer: need(writing, 'ISSUER', 'entity id of the identity provider', { said: entityIn(options['metadataXml']) }),
    signInUrl: need(writing, 'SIGN_IN_URL', 'address to sign in at', { said: options['signInEndpoint'], isGood: isHttps }),
    certificates: need(writing, 'CERTIFICATE', 'certificate', {
      said: [options['signingCert'], options['cert']].find((one) => certificateIn(one) !== undefined),
      isGood: (text) => certificateIn(text) !== undefined,
    }),
  }
  if (!areGiven(writing, needs)) return undefined
  tellOfKeys(writing)
  const { entityId } = options
  const settings = {
    issuer: needs.issuer.value,
    signInUrl: needs.signInUrl.value,
    certificates: certificateIn(needs.certificates.value),
    binding: isText(options['protocolBinding']) && options['protocolBinding'].endsWith('HTTP-POST') ? 'post' : 'redirect',
    ...(isText(entityId) && entityId !== '' && { entityId }),
    ...mappedIn(writing),
  }
  return declared(writing, 'saml', { label: labelOf(writing, name), ...answerAddress(writing), settings })
}

/** Tells where answers are to be sent, which for SAML was an address with the connection's name also at Auth0. */
const answerAddress = (writing: Writing): { readonly legacyCallback?: 'named' } => {
  const { name, publicUrl, keepsCallback, options } = writing
  if (!keepsCallback) {
    const metadata = new URL(`/samlp/metadata?connection=${name}`, publicUrl).href
    const other = 'where people come back to is another address than Auth0’s'
    tell(writing, 'needs', `give the identity provider’s administrator ${metadata}: ${other}`)
    return {}
  }
  const address = new URL(`/login/callback?connection=${name}`, publicUrl).href
  tell(writing, 'note', `answers are taken at ${address}, as Auth0 took them`)
  if (!isText(options['entityId']) || options['entityId'] === '')
    tell(writing, 'needs', `write what the identity provider calls Auth0, urn:auth0:TENANT:${name} as a rule, into \`entityId\``)
  return { legacyCallback: 'named' }
}

const tellOfKeys = (writing: Writing): void => {
  const { signSAMLRequest: signs, idpinitiated, decryptionKey } = writing.options
  if (signs === true)
    tell(writing, 'needs', 'Auth0 signed its requests with a key of its own; if that is demanded, give another in `signing`')
  if (decryptionKey !== undefined) tell(writing, 'needs', 'its assertions were encrypted; give a key of your own in `decryption`')
  if (recordIn(idpinitiated)['enabled'] === true)
    tell(writing, 'left', 'sign-ins that begin at the identity provider are not taken; give its people a smart link')
}

/** The entity a description is of; undefined for none and for several. */
const entityIn = (metadata: unknown): string | undefined => {
  if (!isText(metadata)) return undefined
  const [only, another] = [...metadata.matchAll(/\sentityID\s*=\s*(["'])([^"'&<]+)\1/g)].map(([, , id]) => id)
  return another === undefined ? only : undefined
}

/** Auth0 has certificates as PEM, as base64 of PEM and as the base64 inside. */
const certificateIn = (written: unknown): string | undefined => {
  if (!isText(written)) return undefined
  const text = written.trim()
  if (text.startsWith('-----BEGIN CERTIFICATE-----')) return text
  if (!/^[A-Za-z0-9+/=\s]+$/.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64').toString('latin1')
  if (decoded.startsWith('-----BEGIN CERTIFICATE-----')) return decoded.trim()
  const lines = text.replace(/\s/g, '').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n')
}

/** What of an assertion says what, where Auth0's defaults were changed. */
const mappedIn = (writing: Writing): object => {
  const fields = recordIn(writing.options['fieldsMap'])
  const wanted = { email: 'email', name: 'name', givenName: 'given_name', familyName: 'family_name' }
  const attributes = Object.entries(wanted).flatMap(([ours, theirs]) => {
    const names = textsOf(fields[theirs])
    return names.length === 0 ? [] : [[ours, names.slice(0, 20)] as const]
  })
  const others = Object.keys(fields).filter((field) => field !== 'user_id' && !Object.values(wanted).includes(field))
  if (others.length > 0)
    tell(writing, 'note', `fieldsMap of ${others.join(', ')} does not come over; rules find all attributes by the names they have there`)
  const subjects = [...textsOf(writing.options['user_id_attribute']), ...textsOf(fields['user_id'])]
  const [subject, another] = new Set(subjects)
  if (another !== undefined)
    tell(writing, 'needs', `fieldsMap has several attributes for user_id; ${subject} is taken: nobody is known by two`)
  return {
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(subject !== undefined && !isNameId(subject) && { subjectAttribute: subject }),
  }
}

/** How Auth0 calls the name ID among attributes. */
const isNameId = (name: string): boolean => name.endsWith('/nameidentifier')

/** A directory that Auth0 reached through its connector, and that is asked from here. */
export const ad: Writer = (writing) => {
  const { name } = writing
  const needs = {
    url: need(writing, 'URL', 'address of a server (ldaps://dc1.corp.example)', { isGood: (text) => /^ldaps?:\/\//i.test(text) }),
    bindDn: need(writing, 'BIND_DN', 'account that may search'),
    bindPassword: need(writing, 'BIND_PASSWORD', 'password'),
    base: need(writing, 'BASE', 'place where its people are (DC=corp,DC=example)'),
  }
  if (!areGiven(writing, needs)) return undefined
  tell(writing, 'needs', 'Usher asks the directory itself: open the way from here to its servers. Auth0’s connector is not needed any more')
  const settings = {
    kind: 'active-directory',
    urls: needs.url.value.split(/[\s,]+/).filter(Boolean),
    bindDn: needs.bindDn.value,
    bindPassword: new Secret(needs.bindPassword.value),
    base: needs.base.value,
  }
  return declared(writing, 'ldap', { label: labelOf(writing, name), settings })
}
