import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { Emulator } from '../../emulator/emulator.ts'
import type { World } from '../../emulator/world.ts'
import { DEMO_CLIENT_ID, DEMO_TENANT, demoFederation } from '../../src/cli/demo-settings.ts'
import type { Rule } from '../../src/kernel/rule.ts'
import { Secret } from '../../src/kernel/secret.ts'
import { ruleOf } from './rule-samples.ts'

/** The old recipe byte for byte, as Auth0 published it and organizations still have it. */
export const seedRule = (): string => readFileSync(new URL('../rules/seed-rule.js', import.meta.url), 'utf8')

/** A literal in the recipe: people are named in it. */
export const SEED_DOMAIN = 'mycompanyurl.com'
/** `O365_BUSINESS`, which the recipe looks for by its part number. */
export const SEED_SKU = 'cdd28e44-67e3-425e-be4c-737fab2899d3'

const declared = z.looseObject({
  targets: z.array(z.looseObject({})),
  relyingParties: z.array(z.looseObject({ domains: z.record(z.string(), z.looseObject({ issuer: z.string() })) })),
})

/** The demo's settings with the recipe's domain and license. */
export const seedSettings = (settings: unknown): unknown => {
  const { targets, relyingParties, ...rest } = declared.parse(settings)
  return {
    ...rest,
    targets: targets.map((target) => ({ ...target, licenses: [{ skuId: SEED_SKU, cap: 10 }] })),
    relyingParties: relyingParties.map(({ domains, ...party }) => {
      const issuer = domains[DEMO_TENANT.guestDomain]?.issuer.replace(DEMO_TENANT.guestDomain, SEED_DOMAIN)
      return { ...party, domains: { ...domains, [SEED_DOMAIN]: { issuer } } }
    }),
  }
}

/** What an administrator did on Microsoft's side: the license is bought, the domain is federated. */
export const prepareSeedTenant = async (
  { world, ...emulator }: Pick<Emulator, 'fetch' | 'addresses'> & { readonly world: World },
  publicUrl: URL,
  certificates: readonly string[],
): Promise<void> => {
  const [standard] = Object.values(world.state.skus)
  if (standard === undefined) throw new Error('the tenant has no licenses')
  const sku = { ...standard, skuId: SEED_SKU, skuPartNumber: 'O365_BUSINESS', enabled: 20, heldByOthers: 5 }
  await world.write(({ state }) => {
    state.skus[SEED_SKU] = sku
  })
  const body = JSON.stringify(demoFederation(publicUrl, SEED_DOMAIN, certificates))
  const answer = await emulator.fetch(new Request(`${emulator.addresses.control}/federation/${SEED_DOMAIN}`, { method: 'PUT', body }))
  if (!answer.ok) throw new Error(`${SEED_DOMAIN} cannot be federated: ${await answer.text()}`)
}

/** The rule in force, and the values it asks its configuration for. */
export const seedRules = (more: Readonly<Record<string, string>> = {}) => {
  const configuration = {
    AUTH0_OFFICE365_CLIENT_ID: DEMO_CLIENT_ID,
    AAD_DOMAIN: DEMO_TENANT.guestDomain,
    AAD_APPLICATION_ID: 'the app of the old recipe',
    AAD_APPLICATION_API_KEY: 'the key of the old recipe',
    ...more,
  }
  const rules: readonly Rule[] = [ruleOf(seedRule(), { id: 'rul_seed000000000000', name: 'Azure AD provisioning', legacyGlobals: true })]
  return {
    rules,
    configuration: Object.fromEntries(Object.entries(configuration).map(([name, value]) => [name, new Secret(value)])),
    // More than it needs: other tests run on this machine too.
    budgetMs: 60_000,
  }
}
