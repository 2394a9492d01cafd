import { randomUUID } from 'node:crypto'
import { usernameOf } from '#connections/database/database.ts'
import { hashPassword } from '#connections/database/passwords.ts'
import type { Clock } from '#kernel/clock.ts'
import { UsherError } from '#kernel/errors.ts'
import type { JsonObject } from '#kernel/json.ts'
import type { Names } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Stores } from '#storage/open.ts'

/** Somebody with a password, as an administrator adds them. */
export interface NewPerson {
  readonly connection: string
  readonly username: string
  readonly password: string
  readonly names: Names
  readonly email?: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Set for somebody who is here already and has no password: they stay who they are. */
  readonly publicId?: string
}

/** Adds people to database connections. */
export const personAdding = ({ stores, clock }: { readonly stores: Stores; readonly clock: Clock }) => ({
  /**
   * False when somebody has this user name, or they a password, already. Throws `settings_invalid` for a connection that has
   * no people and for a person it does not have.
   */
  addPerson: async ({ connection, username, password, publicId, ...said }: NewPerson): Promise<boolean> => {
    const { connections } = await stores.settings.current()
    const found = connections.find((one) => one.name === connection && one.type === 'database')
    if (!found) throw refused(`there is no database connection ${connection}`)
    const known = publicId === undefined ? { subject: randomUUID() } : await knownPerson(publicId, found, stores)
    const hash = await hashPassword(password)
    const entry = {
      ...known,
      ...said,
      names: { ...known.names, ...said.names },
      attributes: { ...known.attributes, ...said.attributes },
      connection: found.id,
      username: usernameOf(username),
      hash,
      emailVerified: said.email === undefined ? known.emailVerified === true : true,
    }
    return stores.passwords.add(entry, clock.now())
  },
})

const refused = (problem: string): UsherError => new UsherError('settings_invalid', { detail: { problem } })

type Known = Partial<Pick<NewPerson, 'names' | 'email' | 'attributes'>> & {
  readonly subject: string
  readonly emailVerified?: boolean
}

const knownPerson = async (publicId: string, { id, name }: ConnectionSettings, { records }: Stores): Promise<Known> => {
  const record = await records.byPublicId(publicId)
  const own = record?.identities[0].identity
  if (!record || own?.connection !== id) throw refused(`there is no person ${publicId} of the connection ${name}`)
  return { subject: own.subject, ...saidBefore(record.root) }
}

const NAMES = { given: 'given_name', family: 'family_name', display: 'name' }
const KEPT_APART = new Set(['email', 'email_verified', ...Object.values(NAMES)])

/** What the connection said about them, as it will say it again. */
const saidBefore = (root: JsonObject): Omit<Known, 'subject'> => ({
  names: Object.fromEntries(Object.entries(NAMES).flatMap(([ours, theirs]) => (isText(root[theirs]) ? [[ours, root[theirs]]] : []))),
  ...(isText(root['email']) && { email: root['email'], emailVerified: root['email_verified'] === true }),
  attributes: Object.fromEntries(Object.entries(root).filter(([name]) => !KEPT_APART.has(name))),
})

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
