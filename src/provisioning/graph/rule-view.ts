import type { Account } from '#kernel/account.ts'
import type { JsonObject } from '#kernel/json.ts'
import { type Applicant, errandFor, type RuleBench } from './rule-bench.ts'
import type { WantedPerson } from './work.ts'

/** The person's object as Graph shows it; undefined while this replica does not. */
export const seenUser = async ({ objectId }: Account, who: Applicant, bench: RuleBench): Promise<JsonObject | undefined> => {
  if (objectId === undefined) return undefined
  const reply = await bench.reads.user(objectId, errandFor(who, bench))
  return reply.ok ? reply.value : undefined
}

/** The object as the row has it, and as it was asked for: for those who look before the directory shows it. */
export const drawnUser = ({ objectId, userPrincipalName, immutableId, usageLocation }: Account, wanted?: WantedPerson): JsonObject => ({
  ...wanted?.details,
  ...(wanted?.mailNickname !== undefined && { mailNickname: wanted.mailNickname }),
  id: objectId ?? '',
  accountEnabled: true,
  userPrincipalName,
  onPremisesImmutableId: immutableId,
  usageLocation,
  userType: 'Member',
  assignedLicenses: [],
  assignedPlans: [],
})

/** With the license that was given a moment ago, which a replica may not know yet. */
export const withLicense = (user: JsonObject, skuId: string): JsonObject => {
  const { assignedLicenses } = user
  const held = Array.isArray(assignedLicenses) ? assignedLicenses : []
  const isKnown = held.some((one) => typeof one === 'object' && one !== null && 'skuId' in one && String(one.skuId).toLowerCase() === skuId)
  return isKnown ? user : { ...user, assignedLicenses: [...held, { skuId, disabledPlans: [] }] }
}
