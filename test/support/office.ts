import { DEMO_TENANT } from '../../src/cli/demo-settings.ts'
import { ALICE, ALICE_GUID, adSettings, aliceWith, SERVICE } from './fake-ldap-stage.ts'
import { fakeLdap } from './fake-ldap.ts'
import type { House, HouseOptions } from './house.ts'

/** Alice, as Microsoft, Kerberos and her keyboard know her. */
export const AT_WORK = {
  userPrincipalName: `alice.a@${DEMO_TENANT.employeeDomain}`,
  principal: 'alice@AD.USHER.TEST',
  right: { username: 'alice', password: ALICE.password ?? '' },
} as const

const service = { dn: SERVICE.dn, password: SERVICE.password, attributes: {} }

/** Every address of this machine. */
export const HERE = ['127.0.0.0/8', '::1'] as const

/** An office's directory with Alice in it, and a connection to it for a house. */
export const openOffice = async () => {
  const directory = await fakeLdap({ entries: [service, aliceWith({ userPrincipalName: AT_WORK.userPrincipalName })] })
  return {
    /** Alice with other attributes from now on. */
    change: (more: Parameters<typeof aliceWith>[0] = {}) =>
      directory.change({ entries: [service, aliceWith({ userPrincipalName: AT_WORK.userPrincipalName, ...more })] }),
    close: () => directory.close(),
    /** The only connection unless more are named: then nobody has to choose. */
    settings:
      (windows: unknown, others: readonly string[] = []): NonNullable<HouseOptions['settings']> =>
      (demo) => ({
        ...demo,
        connections: [
          ...demo.connections,
          {
            name: 'office',
            type: 'ldap',
            label: 'the office password',
            brand: 'directory',
            homeRealms: ['usher.test'],
            directory: { immutableIdAttribute: 'immutableId', userPrincipalNameAttribute: 'userPrincipalName' },
            settings: { ...adSettings(directory.port), windows },
          },
        ],
        relyingParties: [{ ...demo.relyingParties[0], connections: ['office', ...others] }],
      }),
  }
}

/** Alice has an account in Entra, as Entra Connect made it. */
export const synchronized = (house: House): Promise<void> =>
  house.control('POST', '/users', {
    userPrincipalName: AT_WORK.userPrincipalName,
    displayName: 'Alice Å',
    onPremisesImmutableId: ALICE_GUID.octets.toString('base64'),
  })
