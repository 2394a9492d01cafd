import type { Log } from '#kernel/log.ts'
import type { Profile } from '#kernel/person.ts'
import type { WindowsSignIn } from '../connection.ts'
import { headerWitness } from './windows-header.ts'
import type { WindowsSettings, WitnessSettings } from './windows-settings.ts'
import { type KerberosPackage, ticketWitness } from './windows-ticket.ts'
import type { Witness } from './windows-witness.ts'

/** The directory, as far as somebody with a ticket needs it. */
export interface PrincipalDirectory {
  /** Undefined for nobody, and for a principal of another realm; throws where the account may not be used. */
  readonly find: (principal: string, at: number) => Promise<Profile | undefined>
}

export interface WindowsParts {
  readonly connection: string
  /** The realm whose people these are, in upper case. */
  readonly realm: string
  readonly directory: PrincipalDirectory
  readonly kerberos: KerberosPackage
  readonly log: Log
}

/** People on the organization's network, by the ticket they got when they signed in to Windows. */
export const windowsSignIn = ({ networks, witness: source }: WindowsSettings, parts: WindowsParts): WindowsSignIn => {
  const { connection, realm, directory, log } = parts
  const witness = witnessOf(source, parts.kerberos)
  const refused = (reason: string, error?: unknown): undefined => {
    log.warn('windows_refused', { connection, reason, ...(error !== undefined && { error }) })
  }
  return {
    appliesTo: ({ ip }) => networks.contain(ip),
    verify: async (visit) => {
      const testimony = await witness(visit)
      switch (testimony.kind) {
        case 'silent':
          return 'challenge'
        case 'refused':
          return refused(testimony.reason, testimony.error)
        case 'principal':
          if (!isPersonOf(testimony.principal, realm)) return refused('principal')
          return (await knownAs(testimony.principal, visit.at, directory)) ?? refused('unknown')
      }
    },
  }
}

const witnessOf = (source: WitnessSettings, kerberos: KerberosPackage): Witness => {
  switch (source.via) {
    case 'header':
      return headerWitness(source)
    case 'kerberos':
      return ticketWitness(source.service, kerberos)
  }
}

// Not a service (`HTTP/host`), not a machine (`HOST$`), not a name within a name (`alice\@elsewhere@REALM`).
const NAME = '[^@/\\\\$,;\\s\\p{Cc}\\p{Cf}]{1,64}'
const PRINCIPAL = new RegExp(`^${NAME}@([A-Za-z0-9.-]{1,255})$`, 'u')
const WINDOWS_NAME = new RegExp(`^[A-Za-z0-9._-]{1,15}\\\\${NAME}$`, 'u')

/** Realms are told apart by case too; of Windows domains the directory knows its own. */
const isPersonOf = (principal: string, realm: string): boolean => {
  const [, said] = PRINCIPAL.exec(principal) ?? []
  return said === undefined ? WINDOWS_NAME.test(principal) : said === realm
}

/** The person of the directory, known by a ticket: it says who was there, and nothing about a second factor. */
const knownAs = async (principal: string, at: number, directory: PrincipalDirectory): Promise<Profile | undefined> => {
  const profile = await directory.find(principal, at)
  return profile && { ...profile, authentication: { at, method: 'windows' } }
}
