import type { JsonObject } from '#kernel/json.ts'
import type { PersonOrder } from './bridged-directory.ts'
import { toGraphNames } from './properties.ts'
import { textIn } from './reading.ts'

/** Why there is no such person to be made: Microsoft's sentence, and ours for the rule's own log. */
interface Mistake {
  readonly message: string
  readonly hint?: string
}

const IMMUTABLE_ID = /^[A-Za-z0-9+/=.@-]{1,64}$/
/** Microsoft takes no dot at either end. */
const LOCAL_PART = /^(?![.])[A-Za-z0-9'._-]{1,64}(?<![.])$/

const invalid = (property: string): string => `Invalid value specified for property '${property}' of resource 'User'.`
const required = (property: string): string => `A value is required for property '${property}' of resource 'User'.`

/** The person a rule wants made. `domains`: those in which one may be named, in lower case. */
export const readPerson = (body: JsonObject | undefined, domains: readonly string[]): PersonOrder | Mistake => {
  if (body === undefined) return { message: 'Empty Payload. JSON content expected.' }
  const userPrincipalName = textIn(body, 'userPrincipalName')
  const immutableId = textIn(body, 'immutableId')
  if (userPrincipalName === undefined) return { message: required('userPrincipalName') }
  if (immutableId === undefined) return { message: 'SourceAnchor is a required property for creation of a federated user.' }
  if (!IMMUTABLE_ID.test(immutableId))
    return { message: invalid('immutableId'), hint: 'immutableId: 1 to 64 characters of A–Z a–z 0–9 + / = . - @.' }
  const [local = '', domain = '', ...more] = userPrincipalName.split('@')
  if (more.length > 0 || !LOCAL_PART.test(local))
    return { message: invalid('userPrincipalName'), hint: 'userPrincipalName: letters, digits, . _ - and one @, with no dot before it.' }
  if (!domains.includes(domain.toLowerCase()))
    return {
      message:
        'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
      hint: `People of this relying party are named in ${domains.join(', ')}.`,
    }
  return { userPrincipalName, immutableId, values: toGraphNames(body) }
}
