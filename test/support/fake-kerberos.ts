import type { KerberosPackage } from '#connections/ldap/windows-ticket.ts'

/** A token that the fake acceptor takes for this principal's. */
export const ticketFor = (principal: string): string => {
  const text = Buffer.from(JSON.stringify({ principal }))
  // As GSS-API tokens begin (RFC 2743 §3.1).
  return Buffer.concat([Buffer.from([0x60]), text]).toString('base64')
}

/** What a Windows browser without a ticket sends first. */
export const NTLM_TOKEN = Buffer.from('NTLMSSP\0\x01\0\0\0\x97\x82\x08\xe2', 'latin1').toString('base64')

/** The package `kerberos`, as far as it is used, without Kerberos. */
export const fakeKerberos = () => {
  const services: string[] = []
  let instead: { readonly loaded: unknown } | undefined
  let loads = 0
  let running = 0
  let mostAtOnce = 0
  let held: Promise<void> = Promise.resolve()
  const contextFor = () => {
    let username: string | undefined
    return {
      get username() {
        return username
      },
      step: async (token: string): Promise<void> => {
        running += 1
        mostAtOnce = Math.max(mostAtOnce, running)
        await held
        running -= 1
        username = principalIn(token)
      },
    }
  }
  const acceptor = {
    initializeServer: async (service: string) => {
      services.push(service)
      return contextFor()
    },
  }
  return {
    isThere: () => true,
    load: async () => {
      loads += 1
      return instead ? instead.loaded : acceptor
    },
    services,
    loads: () => loads,
    mostAtOnce: () => mostAtOnce,
    loadsInstead: (loaded: unknown) => {
      instead = { loaded }
    },
    /** Nothing is decided until what it returns is called. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
  } satisfies KerberosPackage & Record<string, unknown>
}

const principalIn = (token: string): string => {
  const { principal } = JSON.parse(Buffer.from(token, 'base64').subarray(1).toString())
  return String(principal)
}
