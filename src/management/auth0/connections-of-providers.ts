import { mailDomain } from '#lib/mail-domain.ts'
import { Secret } from '#kernel/secret.ts'
import {
  areGiven,
  callback,
  clientNeeds,
  clientOf,
  declared,
  domainsOf,
  labelOf,
  need,
  tell,
  type Writer,
  type Writing,
} from './connection-terms.ts'
import { isText } from './reading.ts'

/** A provider everybody knows: all there is to say is which client of it we are. */
const known =
  (type: string, label: string): Writer =>
  (writing) => {
    const client = clientNeeds(writing)
    if (!areGiven(writing, client)) return tellTestKeys(writing)
    return { ...declared(writing, type, { label: labelOf(writing, label), settings: clientOf(client) }), ...callback(writing) }
  }

/** Without a client of its own a connection ran on Auth0's, and some providers call people otherwise at each client. */
const tellTestKeys = (writing: Writing): undefined => {
  const { client_id: clientId } = writing.options
  if (!isText(clientId) || clientId === '')
    tell(writing, 'note', 'it ran on Auth0’s own client; a client of yours may know its people by other ids')
}

export const google = known('google', 'Google')
export const linkedin = known('linkedin', 'LinkedIn')
export const facebook = known('facebook', 'Facebook')
export const github = known('github', 'GitHub')

const OTHER_IDS =
  'whose id is not that is somebody new at the next sign-in, with an account of their own: compare what `usher connections test` shows with a `user_id` of your user export before you import people'

const personal = known('microsoft-personal', 'Microsoft')

export const microsoftPersonal: Writer = (writing) => {
  const written = personal(writing)
  if (written) tell(writing, 'needs', `its people are known by \`sub\` of Microsoft’s ID tokens here; ${OTHER_IDS}`)
  return written
}

/** Accounts of an organization at Google. */
export const workspace: Writer = (writing) => {
  const { options } = writing
  const own = [options['tenant_domain'], options['domain']].find((one) => isText(one) && mailDomain(one) !== undefined)
  const domain = need(writing, 'DOMAIN', 'domain', { said: own, isGood: (text) => mailDomain(text) !== undefined })
  const needs = { ...clientNeeds(writing), domain }
  if (!areGiven(writing, needs)) return undefined
  tell(writing, 'needs', `its people are known by Google’s own ids here, not by their addresses; ${OTHER_IDS}`)
  const domains = [...new Set([mailDomain(needs.domain.value) ?? '', ...domainsOf(writing)])]
  const settings = { ...clientOf(needs), domains: domains.slice(0, 100) }
  return { ...declared(writing, 'google-workspace', { label: labelOf(writing, writing.name), settings }), ...callback(writing) }
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Accounts of organizations at Microsoft: of one tenant, or of any where the application was for all. */
export const organizations: Writer = (writing) => {
  const { options } = writing
  const isForAll = options['useCommonEndpoint'] === true || options['use_common_endpoint'] === true
  const said = [options['tenantId'], options['tenant_domain']].find((one) => isText(one) && GUID.test(one))
  const tenant = need(writing, 'TENANT_ID', 'tenant’s id', { said, isGood: (text) => GUID.test(text) })
  const needs = { ...clientNeeds(writing), tenant: isForAll ? { ...tenant, value: 'organizations' } : tenant }
  if (!areGiven(writing, needs)) return undefined
  if (isForAll) tell(writing, 'needs', 'anybody of any organization at Microsoft passes through it; name the tenants you mean in `tenants`')
  tell(writing, 'needs', `its people are known by \`sub\` of Microsoft’s ID tokens here; ${OTHER_IDS}`)
  const settings = { ...clientOf(needs), tenant: needs.tenant.value.toLowerCase() }
  return { ...declared(writing, 'microsoft', { label: labelOf(writing, 'Microsoft'), settings }), ...callback(writing) }
}

const isTenCharacters = (text: string): boolean => /^[A-Z0-9]{10}$/.test(text)

/** Apple, whose secret is a key. */
export const apple: Writer = (writing) => {
  const { team_id: team, kid } = writing.options
  const needs = {
    ...clientNeeds(writing, { secret: 'app_secret', what: 'private key (the .p8 file)' }),
    team: need(writing, 'TEAM_ID', 'team id', { said: team, isGood: isTenCharacters }),
    key: need(writing, 'KEY_ID', 'key id', { said: kid, isGood: isTenCharacters }),
  }
  if (!areGiven(writing, needs)) return undefined
  const { clientId, clientSecret, team: teamId, key: keyId } = needs
  const settings = {
    clientId: clientId.value,
    teamId: teamId.value,
    keyId: keyId.value,
    privateKey: new Secret(clientSecret.value),
  }
  return { ...declared(writing, 'apple', { label: labelOf(writing, 'Apple'), settings }), ...callback(writing) }
}
