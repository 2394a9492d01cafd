import { z } from 'zod'
import { UsherError } from '#kernel/errors.ts'
import type { Log } from '#kernel/log.ts'
import type { Profile } from '#kernel/person.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { ConnectionType, Credentials, PasswordConnection } from '../connection.ts'
import type { PasswordEntry, PasswordFile } from './password-file.ts'
import { guessing } from '../guessing.ts'
import { passwordChecker, type PasswordChecker } from './passwords.ts'

interface DatabaseParts {
  readonly passwords: PasswordFile
  readonly log: Log
}

// There is nothing to set; what is written anyway is a mistake.
const shape = z.strictObject({})

/** People whose passwords are kept here. */
export const databaseType = ({ passwords, log }: DatabaseParts): ConnectionType => {
  const checker = passwordChecker()
  return {
    type: 'database',
    open: (settings) => {
      if (!shape.safeParse(settings.settings).success)
        throw new UsherError('settings_invalid', {
          detail: { field: 'settings', problem: `${settings.name}: a database connection has no settings` },
        })
      return openDatabase(settings, { passwords, log, checker })
    },
  }
}

interface OpenParts extends DatabaseParts {
  readonly checker: PasswordChecker
}

const openDatabase = ({ id }: ConnectionSettings, { passwords, log, checker }: OpenParts): PasswordConnection => {
  const guesses = guessing(passwords, id)
  const renew = async ({ subject }: PasswordEntry, renewed: string): Promise<void> => {
    // The password was right: a hash that could not be renewed keeps nobody out.
    await passwords.rehash(id, subject, renewed).catch((error) => log.warn('password_not_rehashed', { connection: id, error }))
  }
  return {
    kind: 'password',
    verify: async (credentials) => {
      const username = usernameOf(credentials.username)
      await guesses.count(username, credentials)
      const entry = await passwords.find(id, username)
      const checked = await checker.check(entry?.hash, credentials.password)
      if (!entry || !checked.right) return undefined
      await guesses.forgive(username, credentials)
      if (checked.renewed) await renew(entry, checked.renewed)
      return profileOf(entry, credentials)
    },
  }
}

/** Nobody is called by more; composing it would hold everybody else up (many accents on one letter). */
const LONGEST_USERNAME = 1_024

/** As user names are kept: lower case, composed, without blanks around. */
export const usernameOf = (typed: string): string => (typed.length > LONGEST_USERNAME ? typed : typed.trim().normalize('NFC')).toLowerCase()

const profileOf = (entry: PasswordEntry, { at }: Credentials): Profile => ({
  issuer: entry.connection,
  subject: entry.subject,
  names: entry.names,
  ...(entry.email !== undefined && { email: entry.email }),
  emailVerified: entry.emailVerified,
  attributes: entry.attributes,
  authentication: { at, method: 'password' },
})
