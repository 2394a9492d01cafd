import { randomBytes } from 'node:crypto'

const PASSWORD_BYTES = 48

/**
 * A password nobody knows: Graph wants one for every new person, and it would become usable if the domain were ever
 * switched away from federation. 384 random bits; the prefix meets any complexity rule. From crypto itself, not from
 * the injected randomness, so that no seeded test setting can ever weaken a real one.
 */
export const throwawayPassword = (): string => `aA1!${randomBytes(PASSWORD_BYTES).toString('base64url')}`
