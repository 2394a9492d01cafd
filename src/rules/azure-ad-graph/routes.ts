import { isJsonObject, type JsonObject } from '#kernel/json.ts'
import type { InnerResponse } from '../runner.ts'
import { answer, badRequest, denied, refuse } from './answers.ts'
import type { Applicant, Bridged, BridgedTenant, DirectoryQuery, Refusal } from './bridged-directory.ts'
import { filterIn } from './filter.ts'
import { readPerson } from './person.ts'
import { skuFrom, toGraphNames, userFrom } from './properties.ts'
import { type Asked, textIn } from './reading.ts'

/** A call, and on whose behalf. */
interface Call {
  readonly asked: Asked
  readonly tenant: BridgedTenant
  readonly who: Applicant
}

type Route = (call: Call) => Promise<InnerResponse>

const keyOf = ({ asked }: Call): string => asked.segments[2] ?? ''

const metadataOf = ({ asked }: Call, name: string): string =>
  `https://graph.windows.net/${encodeURIComponent(asked.segments[0] ?? '')}/$metadata#${name}`

const oneUser = (call: Call, user: JsonObject): JsonObject => ({
  'odata.metadata': metadataOf(call, 'directoryObjects/@Element'),
  ...userFrom(user),
})

const no = ({ who, asked }: Call, refusal: Refusal): InnerResponse => {
  who.note(`${asked.method} ${asked.segments.slice(1).join('/')}: ${refusal.status} ${refusal.code}: ${refusal.message}`)
  return refuse(refusal)
}

const told = <Value>(call: Call, bridged: Bridged<Value>, turn: (value: Value) => InnerResponse): InnerResponse =>
  bridged.ok ? turn(bridged.value) : no(call, bridged.refusal)

const createUser: Route = async (call) => {
  const order = readPerson(call.asked.body, call.tenant.domains)
  if ('message' in order) {
    if (order.hint !== undefined) call.who.note(order.hint)
    return no(call, badRequest(order.message))
  }
  if (call.asked.body?.['passwordProfile'] !== undefined)
    call.who.note('The password is thrown away: the account gets one that nobody knows.')
  return told(call, await call.tenant.directory.create(order, call.who), (user) => answer(201, oneUser(call, user)))
}

const assignLicense: Route = async (call) => {
  const { body } = call.asked
  const added = body?.['addLicenses']
  const removed = body?.['removeLicenses']
  if (!Array.isArray(added) || !Array.isArray(removed))
    return no(call, badRequest("Parameters 'addLicenses' and 'removeLicenses' are required."))
  if (removed.length > 0) {
    call.who.note('Rules take no licenses away.')
    return no(call, denied)
  }
  const [license, ...more] = added
  if (more.length > 0) call.who.note('One account gets one license.')
  const skuId = more.length === 0 && isJsonObject(license) ? textIn(license, 'skuId') : undefined
  if (skuId === undefined) {
    call.who.note('No license was named. Is there one of that part number among the subscribed ones?')
    return no(call, badRequest("Cannot convert a primitive value to the expected type 'Edm.Guid'."))
  }
  return told(call, await call.tenant.directory.license({ key: keyOf(call), skuId }, call.who), (user) => answer(200, oneUser(call, user)))
}

const changeUser: Route = async (call) => {
  const { body } = call.asked
  if (body === undefined) return no(call, badRequest('Empty Payload. JSON content expected.'))
  // Here a password would not be thrown away but asked for.
  const values = { ...toGraphNames(body), ...(body['passwordProfile'] !== undefined && { passwordProfile: null }) }
  return told(call, await call.tenant.directory.change({ key: keyOf(call), values }, call.who), () => answer(204))
}

const getUser: Route = (call) => readOne(call, { kind: 'user', key: keyOf(call) })

const readOne = async (call: Call, query: DirectoryQuery): Promise<InnerResponse> =>
  told(call, await call.tenant.directory.read(query, call.who), (user) => answer(200, oneUser(call, user)))

const findUsers: Route = async (call) => {
  const filter = filterIn(call.asked.query.get('$filter'))
  if (filter === undefined) {
    call.who.note('People are found by immutableId, userPrincipalName or mail, with eq; nothing lists them all.')
    return no(call, badRequest('Unsupported or invalid query filter clause.'))
  }
  const found = await call.tenant.directory.read({ kind: 'users', ...filter }, call.who)
  return told(call, found, (page) => collection(call, 'directoryObjects/Microsoft.DirectoryServices.User', listIn(page).map(userFrom)))
}

const listSkus: Route = async (call) =>
  told(call, await call.tenant.directory.read({ kind: 'skus' }, call.who), (page) =>
    collection(call, 'subscribedSkus', listIn(page).map(skuFrom)),
  )

const listIn = ({ value }: JsonObject): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])

const collection = (call: Call, name: string, value: readonly JsonObject[]): InnerResponse =>
  answer(200, { 'odata.metadata': metadataOf(call, name), value })

const routes: readonly { readonly method: string; readonly path: RegExp; readonly route: Route }[] = [
  { method: 'POST', path: /^users$/, route: createUser },
  { method: 'GET', path: /^users$/, route: findUsers },
  { method: 'GET', path: /^users\/[^/]+$/, route: getUser },
  { method: 'PATCH', path: /^users\/[^/]+$/, route: changeUser },
  { method: 'POST', path: /^users\/[^/]+\/assignLicense$/, route: assignLicense },
  { method: 'GET', path: /^subscribedSkus$/, route: listSkus },
]

/** How the call is answered; undefined for one that is not. The first segment is the tenant. */
export const routeOf = ({ method, segments }: Asked): Route | undefined => {
  const path = segments.slice(1).join('/')
  return routes.find((one) => one.method === method && one.path.test(path))?.route
}
