/** What a token of the Management API may do, in Auth0's words. */
export const scopes = [
  'read:users',
  'update:users',
  'read:rules',
  'create:rules',
  'update:rules',
  'delete:rules',
  'read:rules_configs',
  'update:rules_configs',
  'delete:rules_configs',
  'read:connections',
  'update:connections',
  'read:sessions',
  'delete:sessions',
] as const

export type Scope = (typeof scopes)[number]

export const isScope = (text: string): text is Scope => scopes.some((one) => one === text)

/** What every script may do while it runs. */
export const ruleScopes = ['read:users', 'update:users'] as const satisfies readonly Scope[]
