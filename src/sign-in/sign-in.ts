import { UsherError } from '#kernel/errors.ts'
import type { Settings } from '#kernel/settings.ts'
import type { SignInRequest, StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { continueState, hasRules } from './apply-rules.ts'
import { callbacks } from './callbacks.ts'
import { connectionDocument } from './connection-document.ts'
import { namedLinkRequest, open, smartLinkRequest } from './open.ts'
import { ownPage } from './own-page.ts'
import type { Parts } from './parts.ts'
import { goOn, type InputFor, resume } from './resume.ts'
import { signOut, signOutHere } from './sign-out.ts'
import { type Input, pagePath } from './step.ts'
import { type Progress, watchAccount } from './watch.ts'

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
    const transaction = open(hasRules(settings.rules) ? { ...request, query: saidIn(visit) } : request, visit, parts)
    if (visit.method === 'POST') {
      // A cross-site POST carries no session cookie; our own page by GET has it again.
      await parts.books.transactions.add(transaction)
      return { kind: 'redirect', location: pagePath(transaction.id, '/next') }
    }
    const answer = await goOn({ transaction }, { visit, settings, parts })
    if (!answer) throw new UsherError('internal_error')
    return answer
  }

  const go = (id: string, visit: Visit, inputFor: InputFor = () => undefined) => resume(id, inputFor, { visit, parts })

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
    proceed: (id: string, visit: Visit) => go(id, visit),
    ways: (id: string, visit: Visit) => go(id, visit, (transaction) => (mayChoose(transaction) ? { kind: 'ways' } : undefined)),
    choose: (id: string, connection: string, visit: Visit) => go(id, visit, whileChoosing({ kind: 'choose', connection })),
    email: (id: string, visit: Visit) => go(id, visit, whileChoosing({ kind: 'email' })),
    windows: (id: string, visit: Visit) => go(id, visit, ({ stage }) => (stage === 'routed' ? { kind: 'windows' } : undefined)),
    password: (id: string, visit: Visit) => go(id, visit, ({ stage }) => (stage === 'routed' ? { kind: 'password' } : undefined)),
    account: (id: string, visit: Visit) =>
      go(id, visit, ({ stage }) => (stage === 'authenticated' || stage === 'claimed' ? accountInput(visit) : undefined)),
    ownPage: ownPage({ parts, begin }),
    ...callbacks({ parts, go }),
    describe: (connection: string) => connectionDocument(connection, parts),
    continue: (visit: Visit) =>
      go(continuedTransaction(visit), visit, ({ stage }) => (stage === 'admitted' ? { kind: 'continue' } : undefined)),
    signOut: async (): Promise<Answer> => signOutHere(await current()),
    watch: (id: string, visit: Visit, signal: AbortSignal): AsyncIterable<Progress> => watchAccount(id, visit, { parts, signal }),
  }
}

/** Also from a page that was left open while the sign-in went on to a connection. */
const whileChoosing =
  (input: Input): InputFor =>
  ({ stage }) =>
    stage === 'opened' || stage === 'routed' ? input : undefined

/** Also after somebody was refused: they may choose to be somebody else. */
const mayChoose = ({ stage }: StoredTransaction) => stage !== 'ruled'

/** Twice the longest context a relying party may send. */
const MOST_SAID = 16 * 1024

/** What rules find in `context.request.query`. It is kept for who has proven nothing yet: throws `request_too_large`. */
const saidIn = ({ url, form }: Visit): Readonly<Record<string, string>> => {
  const said = { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(form) }
  if (Object.entries(said).flat().join('').length > MOST_SAID) throw new UsherError('request_too_large')
  return said
}

const accountInput = (visit: Visit): Input => {
  const choice = visit.form.get('choice')
  if (choice !== 'continue' && choice !== 'switch') throw new UsherError('request_malformed', { detail: { parameter: 'choice' } })
  return { kind: 'account', choice }
}

const continuedTransaction = (visit: Visit): string => {
  const id = continueState(visit)?.split('.')[0]
  if (!id) throw new UsherError('invalid_request', { detail: { reason: 'state' } })
  return id
}
