import type { TestContext } from 'node:test'
import { createHandClock } from '../../emulator/clock.ts'
import { type Emulator, startEmulator } from '../../emulator/emulator.ts'
import { GUEST_DOMAIN, USHER_CLIENT_ID } from '../../emulator/tenant.ts'
import type { World } from '../../emulator/world.ts'
import { allowedCalls } from '../../src/provisioning/graph/allowed-calls.ts'

const FEDERATION = {
  id: '6601d14b-d113-4f64-8da2-9b5ddda18ecc',
  displayName: 'Usher',
  issuerUri: 'http://usher.localhost/issuer/guests.contoso.example',
  passiveSignInUri: 'http://usher.localhost/wsfed/microsoft365',
  signingCertificate: 'MIIC',
  preferredAuthenticationProtocol: 'wsFed',
  promptLoginBehavior: 'nativeSupport',
  federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp',
} as const

export const TENANT_SECRET = 'the secret of the app in the test'

/** Federates the guest domain, and gives Usher's app its secret. */
export const prepareTenant = (world: World): Promise<void> =>
  world.write(({ state }) => {
    state.domains[GUEST_DOMAIN] = {
      name: GUEST_DOMAIN,
      isInitial: false,
      isDefault: false,
      authenticationType: 'Federated',
      federation: FEDERATION,
    }
    const app = state.apps[USHER_CLIENT_ID]
    if (app !== undefined) state.apps[USHER_CLIENT_ID] = { ...app, secrets: [TENANT_SECRET] }
  })

/** A tenant whose emulator listens, for programs in processes of their own. What is written is seen at once. */
export const startTenant = async (
  t: TestContext,
  options: { readonly seed?: number; readonly die?: () => void } = {},
): Promise<Emulator> => {
  const emulator = await startEmulator({
    port: 0,
    clock: createHandClock(),
    seed: options.seed ?? 1,
    usher: 'http://usher.localhost',
    allowedCalls,
    visibilityDelaysMs: { graph: [0, 0], signIn: [0, 0] },
    ...(options.die && { die: options.die }),
  })
  t.after(emulator.close)
  await prepareTenant(emulator.world)
  return emulator
}
