import { z } from 'zod'
import { extendedId } from './extended-json.ts'
import { jsonIn, sentenceOf } from './person-line.ts'

/** A person of Auth0's export of password hashes. */
export interface PasswordLine {
  /** What follows `auth0|` in their id. */
  readonly subject: string
  readonly connection?: string
  readonly email?: string
  readonly emailVerified: boolean
  readonly username?: string
  /** bcrypt, as Auth0 keeps it. */
  readonly hash: string
}

const id = z.union([z.string(), extendedId])
const identifier = z.looseObject({ type: z.string(), value: z.string(), verified: z.boolean().nullish() })

const shape = z.looseObject({
  _id: id.nullish(),
  _ID: id.nullish(),
  alt_id: z.string().nullish(),
  email: z.string().nullish(),
  email_verified: z.boolean().nullish(),
  username: z.string().nullish(),
  connection: z.string().nullish(),
  passwordHash: z.string('there is none').regex(/^\$2[aby]\$(0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/, 'not a bcrypt hash of 4 to 12 rounds'),
  identifiers: z.array(identifier).nullish(),
})

/** Reads a line. Throws a sentence that says what is wrong with it; never what the hash is. */
export const readPasswordLine = (line: string): PasswordLine => {
  const parsed = shape.safeParse(jsonIn(line))
  if (!parsed.success) throw new Error(sentenceOf(parsed.error))
  const { _id, _ID, alt_id: other, connection, passwordHash: hash, ...raw } = parsed.data
  const subject = other ?? _id ?? _ID
  if (!subject) throw new Error('there is no _id')
  const email = raw.email ? { value: raw.email, verified: raw.email_verified } : identifierOf(raw.identifiers, 'email')
  const username = raw.username ?? identifierOf(raw.identifiers, 'username')?.value
  return {
    subject,
    hash,
    emailVerified: email?.verified === true,
    ...(connection && { connection }),
    ...(email && { email: email.value }),
    ...(username && { username }),
  }
}

const identifierOf = (all: readonly z.infer<typeof identifier>[] | null | undefined, type: string) => all?.find((one) => one.type === type)
