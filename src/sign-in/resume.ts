import { UsherError } from '#kernel/errors.ts'
import type { Settings } from '#kernel/settings.ts'
import type { StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { isStray } from './authenticate.ts'
import { answerFailure, ended, expired, leftBehind } from './failure.ts'
import type { Parts } from './parts.ts'
import { advance, type Held } from './pipeline.ts'
import type { Input, Occasion } from './step.ts'

/** How often a visit tries again when others move the same transaction. */
const ATTEMPTS = 4

interface Going {
  readonly visit: Visit
  readonly settings: Settings
  readonly parts: Parts
  readonly input?: Input | undefined
}

/** As far as this visit can take the transaction; undefined when another visit moved it meanwhile. */
export const goOn = async (held: Held, { visit, settings, parts, input }: Going): Promise<Answer | undefined> => {
  const relyingParty = settings.relyingParties.find((one) => one.clientId === held.transaction.request.relyingParty)
  if (!relyingParty) throw new UsherError('relying_party_unknown')
  const occasion: Occasion = { visit, settings, relyingParty, parts, ...(input && { input }) }
  const answer = await advance(held, occasion).catch((error) => answerFailure(error, held, occasion))
  return answer && { ...answer, correlation: held.transaction.request.correlation }
}

/** What the browser brings to a transaction, once it is known where that stands. */
export type InputFor = (transaction: StoredTransaction) => Input | undefined

/** Finds the transaction of this browser and goes on with it, again when somebody else moved it meanwhile. */
export const resume = async (id: string, inputFor: InputFor, { visit, parts }: Omit<Going, 'settings' | 'input'>): Promise<Answer> => {
  const settings = await parts.books.settings.current()
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await parts.books.transactions.find(id, visit.at)
    if (!found) return (await ended(id, parts, settings)) ?? expired(settings)
    if (found.transaction.browser !== visit.browser) return leftBehind(found.transaction, visit, settings)
    const answer = await goOnWith(found, { visit, settings, parts, input: inputFor(found.transaction) })
    if (answer) return answer
  }
  // Nobody but this browser moves it: it asks for the same thing many times at once.
  throw new UsherError('too_many_requests')
}

const goOnWith = async (found: Required<Held>, going: Going): Promise<Answer | undefined> => {
  const spends = going.input?.kind === 'callback' && !isStray(found.transaction, going)
  const held = spends ? await withoutLeg(found, going.parts) : found
  return held && goOn(held, going)
}

/** Spends the leg before the provider is asked, so that a callback counts once; undefined when another visit was faster. */
const withoutLeg = async (found: Required<Held>, parts: Parts): Promise<Held | undefined> => {
  if (found.transaction.stage !== 'routed') return found
  const { leg: _, ...spent } = found.transaction
  const isOurs = await parts.books.transactions.advance(spent, found.version)
  return isOurs ? { transaction: found.transaction, version: found.version + 1 } : undefined
}
