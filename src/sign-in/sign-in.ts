import { UsherError } from '#kernel/errors.ts'
import type { Settings } from '#kernel/settings.ts'
import type { SignInRequest, StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { callbackState } from './authenticate.ts'
import { answerFailure, ended, expired } from './failure.ts'
import { namedLinkRequest, open, smartLinkRequest } from './open.ts'
import type { Parts } from './parts.ts'
import { advance, type Held } from './pipeline.ts'
import { signOut, signOutHere } from './sign-out.ts'
import { type Input, type Occasion, pagePath } from './step.ts'
import { type Progress, watchAccount } from './watch.ts'

/** How often a visit tries again when others move the same transaction. */
const ATTEMPTS = 4

/** Everything a browser can do with a sign-in. */
export const createSignIn = (parts: Parts) => {
  const current = () => parts.books.settings.current()

  const arrive = async (protocol: string, visit: Visit): Promise<Answer> => {
    const settings = await current()
    const spoken = parts.protocols.get(protocol)
    if (!spoken) throw new UsherError('page_unknown')
    const arrival = await spoken.parse(visit, settings)
    switch (arrival.kind) {
      case 'answered':
        return arrival.answer
      case 'sign-out':
        return signOut(arrival)
      case 'sign-in':
        return begin(arrival.request, visit, settings)
    }
  }

  const begin = async (request: SignInRequest, visit: Visit, settings: Settings): Promise<Answer> => {
    const transaction = open(request, visit, parts)
    if (visit.method === 'POST') {
      // A cross-site POST carries no session cookie; our own page by GET has it again.
      await parts.books.transactions.add(transaction)
      return { kind: 'redirect', location: pagePath(transaction.id, '/next') }
    }
    const answer = await goOn({ transaction }, { visit, settings })
    if (!answer) throw new UsherError('internal_error')
    return answer
  }

  const goOn = async (
    held: Held,
    { visit, settings, input }: { readonly visit: Visit; readonly settings: Settings; readonly input?: Input },
  ): Promise<Answer | undefined> => {
    const relyingParty = settings.relyingParties.find((one) => one.clientId === held.transaction.request.relyingParty)
    if (!relyingParty) throw new UsherError('relying_party_unknown')
    const occasion: Occasion = { visit, settings, relyingParty, parts, ...(input && { input }) }
    const answer = await advance(held, occasion).catch((error) => answerFailure(error, held, occasion))
    return answer && { ...answer, correlation: held.transaction.request.correlation }
  }

  /** Finds the transaction of this browser and goes on with it, again when somebody else moved it meanwhile. */
  const resume = async (id: string, visit: Visit, inputFor: (transaction: StoredTransaction) => Input | undefined): Promise<Answer> => {
    const settings = await current()
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await parts.books.transactions.find(id, visit.at)
      if (!found) return (await ended(id, parts, settings)) ?? expired(settings)
      if (found.transaction.browser !== visit.browser) throw new UsherError('transaction_foreign')
      const input = inputFor(found.transaction)
      const held = input?.kind === 'callback' ? await withoutLeg(found, parts) : found
      const answer = held && (await goOn(held, { visit, settings, ...(input && { input }) }))
      if (answer) return answer
    }
    throw new UsherError('storage_unavailable')
  }

  return {
    arrive,
    smartLink: async (visit: Visit): Promise<Answer> => {
      const settings = await current()
      return begin(smartLinkRequest(visit, settings.relyingParties, parts), visit, settings)
    },
    namedLink: async (name: string, visit: Visit): Promise<Answer> => {
      const settings = await current()
      return begin(namedLinkRequest(name, visit, settings.relyingParties, parts), visit, settings)
    },
    proceed: (id: string, visit: Visit) => resume(id, visit, () => undefined),
    ways: (id: string, visit: Visit) => resume(id, visit, (transaction) => (mayChoose(transaction) ? { kind: 'ways' } : undefined)),
    choose: (id: string, connection: string, visit: Visit) =>
      resume(id, visit, (transaction) => (mayChoose(transaction) ? { kind: 'choose', connection } : undefined)),
    password: (id: string, visit: Visit) =>
      resume(id, visit, (transaction) => (transaction.stage === 'routed' ? { kind: 'password' } : undefined)),
    account: (id: string, visit: Visit) =>
      resume(id, visit, (transaction) => (transaction.stage === 'authenticated' ? accountInput(visit) : undefined)),
    callback: (connection: string, visit: Visit) => {
      const id = callbackState(visit)?.split('.')[0]
      if (!id) throw new UsherError('connection_answer_invalid', { detail: { reason: 'state' } })
      return resume(id, visit, (transaction) => (transaction.stage === 'routed' && transaction.leg ? { kind: 'callback', connection } : undefined))
    },
    signOut: async (): Promise<Answer> => signOutHere(await current()),
    watch: (id: string, visit: Visit, signal: AbortSignal): AsyncIterable<Progress> => watchAccount(id, visit, { parts, signal }),
  }
}

const mayChoose = (transaction: StoredTransaction) => transaction.stage === 'opened' || transaction.stage === 'routed'

const accountInput = (visit: Visit): Input => {
  const choice = visit.form.get('choice')
  if (choice !== 'continue' && choice !== 'switch') throw new UsherError('request_malformed', { detail: { parameter: 'choice' } })
  return { kind: 'account', choice }
}

/** Spends the leg before the provider is asked, so that a callback counts once; undefined when another visit was faster. */
const withoutLeg = async (found: Required<Held>, parts: Parts): Promise<Held | undefined> => {
  if (found.transaction.stage !== 'routed') return found
  const { leg: _, ...spent } = found.transaction
  return (await parts.books.transactions.advance(spent, found.version))
    ? { transaction: found.transaction, version: found.version + 1 }
    : undefined
}
