import type { ConnectionSettings } from '#kernel/settings.ts'
import { domainOfAddress } from '#lib/mail-domain.ts'

type Knowing = Pick<ConnectionSettings, 'directory' | 'homeRealms'>

/** The name to mention at a provider; none where it may not be known: our own people's names at Microsoft mean nothing to Google. */
export const hintFor = (username: string | undefined, { directory, homeRealms }: Knowing): string | undefined => {
  const domain = username && domainOfAddress(username)
  const isKnownThere = directory !== undefined || homeRealms.some((realm) => realm.toLowerCase() === domain)
  return isKnownThere ? username : undefined
}
