import * as z from 'zod'
import type { Details } from './details.ts'
import type { Errand, GraphClient, GraphRequest, Reply } from './graph-client.ts'
import { throwawayPassword } from './password.ts'

/** A person as the directory has them; names and values are Graph's, absent and null alike undefined. */
export interface DirectoryUser {
  readonly id: string
  readonly userPrincipalName: string
  readonly accountEnabled?: boolean | undefined
  readonly onPremisesImmutableId?: string | undefined
  readonly usageLocation?: string | undefined
  readonly employeeType?: string | undefined
  readonly assignedLicenses: readonly { readonly skuId: string }[]
  /** ISO 8601; only of deleted people. */
  readonly deletedDateTime?: string | undefined
}

/** A product the tenant subscribes to. */
export interface SubscribedSku {
  readonly skuId: string
  /** Seats that can be given out right now; 0 while the subscription is suspended. */
  readonly free: number
}

/** What a new object is made from. The password is made where it is posted. */
export interface NewDirectoryUser extends Details {
  readonly displayName: string
  readonly mailNickname: string
  readonly userPrincipalName: string
  readonly onPremisesImmutableId: string
  readonly usageLocation: string
  /** Our marker. */
  readonly employeeType: string
}

/** The tenant's directory, call by call. `errand`: on whose behalf. */
export interface Directory {
  readonly live: (immutableId: string, errand: Errand) => Promise<Reply<readonly DirectoryUser[]>>
  /** Who receives mail under this address, whatever their name. */
  readonly addressed: (address: string, errand: Errand) => Promise<Reply<readonly DirectoryUser[]>>
  /** The living who carry this marker of ours. */
  readonly marked: (marker: string, errand: Errand) => Promise<Reply<readonly DirectoryUser[]>>
  readonly deleted: (immutableId: string, errand: Errand) => Promise<Reply<readonly DirectoryUser[]>>
  /** By object id or user principal name. */
  readonly get: (key: string, errand: Errand) => Promise<Reply<DirectoryUser>>
  readonly create: (user: NewDirectoryUser, errand: Errand) => Promise<Reply<{ readonly id: string }>>
  readonly change: (id: string, values: ChangedValues, errand: Errand) => Promise<Reply<void>>
  readonly restore: (id: string, userPrincipalName: string | undefined, errand: Errand) => Promise<Reply<void>>
  readonly license: (id: string, license: GivenLicense, errand: Errand) => Promise<Reply<void>>
  readonly skus: (errand: Errand) => Promise<Reply<readonly SubscribedSku[]>>
}

export interface ChangedValues extends Details {
  readonly accountEnabled?: true
  readonly usageLocation?: string
}

export interface GivenLicense {
  readonly skuId: string
  readonly disabledPlans: readonly string[]
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)

/** Compared in lower case everywhere. */
const skuIdShape = z.string().transform((value) => value.toLowerCase())

const userShape = z.object({
  id: z.string().min(1),
  userPrincipalName: z.string(),
  accountEnabled: z
    .boolean()
    .nullish()
    .transform((value) => value ?? undefined),
  onPremisesImmutableId: text,
  usageLocation: text,
  employeeType: text,
  assignedLicenses: z
    .array(z.object({ skuId: skuIdShape }))
    .nullish()
    .transform((value) => value ?? []),
  deletedDateTime: text,
})
const usersShape = z.object({ value: z.array(userShape) })
const createdShape = z.object({ id: z.string().min(1) })
const skusShape = z.object({
  value: z.array(
    z.object({
      skuId: skuIdShape,
      appliesTo: z.string(),
      capabilityStatus: z.string(),
      consumedUnits: z.number(),
      prepaidUnits: z.object({ enabled: z.number(), warning: z.number() }),
    }),
  ),
})

const SELECT = 'id,userPrincipalName,accountEnabled,onPremisesImmutableId,usageLocation,employeeType,assignedLicenses'
const ASSIGNABLE = new Set(['Enabled', 'Warning'])

/** The value in the shape we need; an answer in another shape tells as little as none. */
const shaped = <T>(reply: Reply<unknown>, shape: z.ZodType<T>): Reply<T> => {
  if (!reply.ok) return reply
  const read = shape.safeParse(reply.value)
  return read.success ? { ok: true, value: read.data } : { ok: false, setback: { kind: 'again', failure: 'target_unavailable' } }
}

const mapped = <T, R>(reply: Reply<T>, turn: (value: T) => R): Reply<R> => (reply.ok ? { ok: true, value: turn(reply.value) } : reply)

const done = (reply: Reply<unknown>): Reply<void> => mapped(reply, () => undefined)

/** As OData writes text (OData 4.01 URL conventions, section 5.1.1.6.1). */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const byImmutableId = (immutableId: string): string => `onPremisesImmutableId eq ${quoted(immutableId)}`

const byAddress = (address: string): string => `proxyAddresses/any(a:a eq ${quoted(`smtp:${address}`)})`

const freeSeats = (row: z.infer<typeof skusShape>['value'][number]): number =>
  row.appliesTo === 'User' && ASSIGNABLE.has(row.capabilityStatus)
    ? Math.max(0, row.prepaidUnits.enabled + row.prepaidUnits.warning - row.consumedUnits)
    : 0

const readsOf = ({ call }: GraphClient): Pick<Directory, 'live' | 'addressed' | 'marked' | 'deleted' | 'get' | 'skus'> => {
  const found = async (path: string, query: GraphRequest['query'], errand: Errand, isAdvanced = false) =>
    mapped(shaped(await call({ method: 'GET', path, ...(query && { query }), isAdvanced, errand }), usersShape), ({ value }) => value)
  return {
    live: (immutableId, errand) => found('/users', { $filter: byImmutableId(immutableId), $select: SELECT }, errand),
    addressed: (address, errand) => found('/users', { $filter: byAddress(address), $select: SELECT }, errand),
    // Graph looks for this property nowhere else.
    marked: (marker, errand) => found('/users', { $filter: `employeeType eq ${quoted(marker)}`, $select: SELECT }, errand, true),
    deleted: (immutableId, errand) =>
      found(
        '/directory/deletedItems/microsoft.graph.user',
        { $filter: byImmutableId(immutableId), $select: `${SELECT},deletedDateTime` },
        errand,
      ),
    get: async (key, errand) => {
      const path = `/users/${encodeURIComponent(key)}`
      return shaped(await call({ method: 'GET', path, query: { $select: SELECT }, errand }), userShape)
    },
    skus: async (errand) => {
      const reply = shaped(await call({ method: 'GET', path: '/subscribedSkus', errand }), skusShape)
      return mapped(reply, ({ value }) => value.map((row) => ({ skuId: row.skuId, free: freeSeats(row) })))
    },
  }
}

const writesOf = ({ call }: GraphClient): Pick<Directory, 'create' | 'change' | 'restore' | 'license'> => ({
  create: async (user, errand) => {
    const passwordProfile = { password: throwawayPassword(), forceChangePasswordNextSignIn: false }
    const body = { accountEnabled: true, ...user, passwordProfile }
    return shaped(await call({ method: 'POST', path: '/users', body, errand }), createdShape)
  },
  change: async (id, values, errand) =>
    done(await call({ method: 'PATCH', path: `/users/${encodeURIComponent(id)}`, body: { ...values }, errand })),
  restore: async (id, userPrincipalName, errand) => {
    const path = `/directory/deletedItems/${encodeURIComponent(id)}/restore`
    const body = userPrincipalName === undefined ? undefined : { newUserPrincipalName: userPrincipalName }
    return done(await call({ method: 'POST', path, ...(body && { body }), errand }))
  },
  license: async (id, license, errand) => {
    const body = { addLicenses: [license], removeLicenses: [] }
    return done(await call({ method: 'POST', path: `/users/${encodeURIComponent(id)}/assignLicense`, body, errand }))
  },
})

/** The directory behind a Graph client. */
export const graphDirectory = (client: GraphClient): Directory => ({ ...readsOf(client), ...writesOf(client) })
