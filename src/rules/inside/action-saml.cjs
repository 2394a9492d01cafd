'use strict'
// `api.samlResponse`: what a rule writes into `context.samlConfiguration`, as methods.

const MOST_ATTRIBUTES = 100
const LONGEST_NAME_BYTES = 1_024
const LONGEST_VALUE_BYTES = 2_048
const MOST_BYTES = 10_240
const LONGEST_ADDRESS_BYTES = 2_048
const MOST_PROBES = 10
const LONGEST_PROBE_BYTES = 512
const LONGEST_CERTIFICATE_BYTES = 4_096

const bytesOf = (value) => Buffer.byteLength(String(value))
const tooMuch = (method, what) => new RangeError(`api.samlResponse.${method}: ${what}`)

const noLimit = () => true
const within = (bytes) => (value) => bytesOf(value) <= bytes
const probes = (value) => Array.isArray(value) && value.length <= MOST_PROBES && value.every((one) => bytesOf(one) <= LONGEST_PROBE_BYTES)

/** By the key of `samlConfiguration`. */
const settable = {
  ...{ audience: within(LONGEST_ADDRESS_BYTES), recipient: within(LONGEST_ADDRESS_BYTES), destination: within(LONGEST_ADDRESS_BYTES) },
  ...{ issuer: within(LONGEST_ADDRESS_BYTES), RelayState: within(LONGEST_ADDRESS_BYTES), lifetimeInSeconds: noLimit },
  ...{ nameIdentifierFormat: within(LONGEST_NAME_BYTES), nameIdentifierProbes: probes },
  ...{ createUpnClaim: noLimit, passthroughClaimsWithNoMapping: noLimit, mapUnknownClaimsAsIs: noLimit, mapIdentities: noLimit },
  ...{ signatureAlgorithm: noLimit, digestAlgorithm: noLimit, signResponse: noLimit, authnContextClassRef: within(LONGEST_NAME_BYTES) },
  ...{ typedAttributes: noLimit, includeAttributeNameFormat: noLimit, encryptionAlgorithm: noLimit },
  ...{ signingCert: within(LONGEST_CERTIFICATE_BYTES), encryptionCert: within(LONGEST_CERTIFICATE_BYTES) },
  ...{
    encryptionPublicKey: within(LONGEST_CERTIFICATE_BYTES),
    cert: within(LONGEST_CERTIFICATE_BYTES),
    key: within(LONGEST_CERTIFICATE_BYTES),
  },
}

/** @param {object} context whose `samlConfiguration` is written to */
const samlApi = (context) => {
  const setters = Object.entries(settable).map(([key, fits]) => {
    const method = `set${key[0].toUpperCase()}${key.slice(1)}`
    const set = (value) => {
      if (!fits(value)) throw tooMuch(method, 'this is too long')
      configurationIn(context)[key] = value
    }
    return [method, set]
  })
  return { ...Object.fromEntries(setters), setAttribute: (name, value) => setAttribute(configurationIn(context), String(name), value) }
}

const configurationIn = (context) => {
  context.samlConfiguration ??= {}
  return context.samlConfiguration
}

/** The value itself, where a rule's `mappings` has the path to it; null takes it away. */
const setAttribute = (configuration, name, value) => {
  const attributes = { ...configuration.attributes }
  delete attributes[name]
  if (value !== null && value !== undefined) {
    if (bytesOf(name) > LONGEST_NAME_BYTES) throw tooMuch('setAttribute', 'this name is too long')
    if ([value].flat().some((one) => bytesOf(one) > LONGEST_VALUE_BYTES)) throw tooMuch('setAttribute', 'this value is too long')
    attributes[name] = value
  }
  const bytes = Object.entries(attributes).reduce((sum, [key, held]) => sum + bytesOf(key) + bytesOf(held), 0)
  if (Object.keys(attributes).length > MOST_ATTRIBUTES || bytes > MOST_BYTES) throw tooMuch('setAttribute', 'these are too many attributes')
  configuration.attributes = attributes
}

module.exports = { samlApi }
