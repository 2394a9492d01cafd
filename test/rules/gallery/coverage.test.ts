import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { assertScript } from '#management/rules/rule-folder.ts'
import { stock } from '../../../src/rules/inside/module-list.cjs'
import { seedRule } from '../../support/seed-recipe.ts'
import { gallery } from './gallery.ts'
import { namesIn } from './names-in.ts'
import { textOf } from './trying.ts'

const rules = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -'.js'.length))
const used = rules.map((rule) => namesIn(textOf(rule)))
const lacking = (wanted: readonly string[], has: (rule: (typeof used)[number], name: string) => boolean): readonly string[] =>
  wanted.filter((name) => !used.some((rule) => has(rule, name)))

/** What Auth0's documents and the rules that people have say there is; what is only for other kinds of scripts is left out. */
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const GLOBALS = words(`configuration auth0 global require UnauthorizedError ValidationError WrongUsernameOrPasswordError console Buffer
  process setTimeout setImmediate fetch AbortSignal structuredClone Promise URL URLSearchParams Date JSON
  _ async Auth0 bcrypt crypto ip jwt q querystring request uuid xml2js xmldom xpath xtend`)

const MEMBERS = words(`auth0.users.updateAppMetadata auth0.users.updateUserMetadata auth0.accessToken auth0.domain auth0.baseUrl
  console.log console.info console.warn console.error process.nextTick process.env process.version Buffer.from
  user.user_id user.email user.email_verified user.username user.name user.nickname user.given_name user.family_name user.picture
  user.phone_number user.phone_verified user.created_at user.updated_at user.last_password_reset user.last_login user.last_ip
  user.logins_count user.blocked user.user_metadata user.app_metadata user.identities user.multifactor user.groups user.permissions
  user.clientID user.global_client_id user.persistent user.dn user.upn user.inmutableid user.userPrincipalName user.sAMAccountName
  user.department user.issuer user.iss user.sub user.aud user.iat user.exp user.jti user.risk
  context.tenant context.clientID context.clientName context.clientMetadata context.connectionID context.connection
  context.connectionStrategy context.connectionOptions.tenant_domain context.connectionOptions.domain_aliases
  context.connectionMetadata context.samlConfiguration.issuer context.samlConfiguration.audience
  context.samlConfiguration.lifetimeInSeconds context.samlConfiguration.mappings context.samlConfiguration.createUpnClaim
  context.samlConfiguration.passthroughClaimsWithNoMapping context.samlConfiguration.mapUnknownClaimsAsIs
  context.samlConfiguration.mapIdentities context.samlConfiguration.nameIdentifierFormat
  context.samlConfiguration.nameIdentifierProbes context.samlConfiguration.signatureAlgorithm
  context.samlConfiguration.digestAlgorithm context.samlConfiguration.wctx context.protocol context.original_protocol
  context.stats.loginsCount context.sso context.accessToken.scope context.idToken.picture context.idToken.email_verified
  context.jwtConfiguration.lifetimeInSeconds context.jwtConfiguration.scopes context.multifactor context.redirect
  context.sessionID context.auth0SessionId context.locale context.request.userAgent context.request.ip context.request.hostname
  context.request.query context.request.body context.request.geoip context.primaryUser context.authentication.methods
  context.authorization.roles context.organization context.riskAssessment`)

/** Reached by way of another name. */
const FIELDS = words(`with_auth0 with_dbconn current_clients connection provider isSocial profileData access_token access_token_secret
  refresh_token country_code country_code3 country_name city_name latitude longitude time_zone continent_code subdivision_code
  subdivision_name confidence assessments version code details UntrustedIP NewDevice ImpossibleTravel id metadata allowRememberBrowser
  url timestamp prompt acr_values`)

const MODULES = words(`request request@2.88.0 request-promise lodash lodash@4.17.19 axios axios@0.21.1 url url@0.10.3 slack-notify crypto
  querystring uuid jsonwebtoken ipaddr.js moment-timezone moment@2.11.2 auth0@2.9.1 auth0@2.30.0 node-fetch node-fetch@2.6.0
  oauth-sign xmldom xpath xml2js async bluebird q bcrypt xtend native-or-bluebird@1.2.0 timers
  @auth0/rule-utilities@0.1.0 @auth0/rule-utilities@0.2.0 mongodb@3.1.4 tedious @incognia/api@1.1.1 @onfido/api@1.5.1`)

const MANNERS = words('function async named anonymous comment semicolon cb destructuring template arrow this')

describe('between them the rules of the gallery use', () => {
  test('every global that rules had', () =>
    assert.deepEqual(
      lacking(GLOBALS, ({ free }, name) => free.has(name)),
      [],
    ))
  test('every member and field', () =>
    assert.deepEqual(
      lacking(MEMBERS, ({ chains }, name) => chains.has(name)),
      [],
    ))
  test('every field inside of those', () =>
    assert.deepEqual(
      lacking(FIELDS, ({ properties }, name) => properties.has(name)),
      [],
    ))
  test('every module that rules in the wild ask for', () =>
    assert.deepEqual(
      lacking(MODULES, ({ modules }, name) => modules.has(name)),
      [],
    ))
  test('every manner of writing one', () =>
    assert.deepEqual(
      lacking(MANNERS, ({ manners }, name) => manners.has(name)),
      [],
    ))
  test('every package that is kept for rules, under its own name', () => {
    const asked = new Set(used.flatMap(({ modules }) => [...modules].map((name) => name.replace(/(?<=.)@.*/, ''))))
    const legacy = new Set(['bcryptjs'])
    assert.deepEqual(
      Object.keys(stock).filter((name) => !asked.has(name) && !legacy.has(name)),
      [],
    )
  })
})

test('every rule is one that Usher takes from an administrator, and so is the old recipe', () => {
  for (const text of [...rules.map(textOf), seedRule()]) assert.doesNotThrow(() => assertScript(text, 'rule'), text)
})

test('every rule of the folder is tried, forty at the least', () => {
  const tried = new Set(gallery.flatMap(({ rule, after = [] }) => [rule, ...after]))
  assert.deepEqual(
    rules.filter((rule) => !tried.has(rule)),
    [],
  )
  assert.ok(rules.length >= 40)
})
