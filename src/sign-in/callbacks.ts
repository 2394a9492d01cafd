import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { StoredTransaction } from '#kernel/transaction.ts'
import type { Answer, Visit } from '#kernel/visit.ts'
import { callbackState, isAtLegacyAddress } from './authenticate.ts'
import type { Parts } from './parts.ts'
import type { InputFor } from './resume.ts'
import type { Input } from './step.ts'
import { connectionTrials, isOfTrial } from './try-connection.ts'
import { isUnsolicited, takeUnsolicited } from './unsolicited.ts'
import { isUsable } from './usable-connection.ts'

interface Going {
  readonly parts: Parts
  /** Goes on with a transaction of this browser. */
  readonly go: (id: string, visit: Visit, inputFor: InputFor) => Promise<Answer>
}

/** Where people come back from a provider: from a sign-in, or from the test of a connection. Neither is taken for the other. */
export const callbacks = ({ parts, go }: Going) => {
  const current = () => parts.books.settings.current()
  const trials = connectionTrials(parts)
  /** A connection nobody may come in through has no address here. Throws `connection_unknown`. */
  const usable = async (name: string): Promise<ConnectionSettings> => {
    const settings = await current()
    const found = settings.connections.find((one) => one.name === name)
    // Only a name of ours is written down: any other was made up by whoever came.
    if (!found || !isUsable(found, { settings, parts })) throw new UsherError('connection_unknown', { detail: { connection: found?.name } })
    return found
  }
  return {
    tryConnection: (ticket: string, visit: Visit): Promise<Answer> => trials.leave(ticket, visit),
    callback: async (connection: string, visit: Visit): Promise<Answer> => {
      if (isOfTrial(visit)) return trials.comeBack(connection, visit)
      // Its people come back elsewhere.
      if ((await usable(connection)).legacyCallback) throw misplaced(connection)
      if (isUnsolicited(visit)) return takeUnsolicited(connection, visit, parts)
      return go(transactionOf(visit), visit, (transaction) => callbackInput(transaction, connection))
    },
    legacyCallback: async (visit: Visit): Promise<Answer> => {
      if (isOfTrial(visit)) return trials.comeBack(undefined, visit)
      const { connections } = await current()
      const unasked = isUnsolicited(visit) ? connections.find((one) => isNamedBy(one, visit)) : undefined
      if (unasked) {
        await usable(unasked.name)
        return takeUnsolicited(unasked.name, visit, parts)
      }
      return go(transactionOf(visit), visit, (transaction) => legacyCallbackInput(transaction, { connections, visit }))
    },
  }
}

const transactionOf = (callback: Visit): string => {
  const id = callbackState(callback)?.split('.')[0]
  if (!id) throw new UsherError('connection_answer_invalid', { detail: { reason: 'state' } })
  return id
}

/** The address that is for all says nothing of who is meant by an answer nobody asked for; the one with a name does. */
const isNamedBy = (connection: ConnectionSettings, visit: Visit): boolean =>
  connection.legacyCallback === 'named' && isAtLegacyAddress(connection, visit)

interface Back {
  readonly connections: readonly ConnectionSettings[]
  readonly visit: Visit
}

/** Back at Auth0's address: the connection that was left for answers, if its people come back there and to no other's name. */
const legacyCallbackInput = (transaction: StoredTransaction, { connections, visit }: Back): Input | undefined => {
  const left = transaction.stage === 'routed' ? connections.find(({ id }) => id === transaction.connection) : undefined
  if (left && !isAtLegacyAddress(left, visit)) throw misplaced(left.name)
  return left && callbackInput(transaction, left.name)
}

const misplaced = (connection: string): UsherError =>
  new UsherError('connection_answer_invalid', { detail: { connection, reason: 'callback' } })

const callbackInput = (transaction: StoredTransaction, connection: string): Input | undefined =>
  transaction.stage === 'routed' && transaction.leg ? { kind: 'callback', connection } : undefined
