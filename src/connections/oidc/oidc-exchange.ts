import type { RedirectConnection } from '../connection.ts'
import type { OpenedOidc } from './oidc-client.ts'
import { departFor } from './oidc-departure.ts'
import { connectionFailure } from '../connection-failure.ts'
import { returnFrom } from './oidc-return.ts'
import { providerCall } from '../provider-calls.ts'
import { providerDocuments } from './provider-documents.ts'

/** The two halves of a sign-in at a provider. */
export type OidcExchange = Pick<RedirectConnection, 'begin' | 'complete'>

/** What is said to one provider, and what it answers; its documents are remembered here. */
export const oidcExchange = (order: Omit<OpenedOidc, 'call' | 'documents'>): OidcExchange => {
  const call = providerCall({ ...order.parts, settings: order.settings })
  const documents = providerDocuments({ ...order.parts, call, settings: order.settings, provider: order.provider })
  const opened: OpenedOidc = { ...order, call, documents }
  const named = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch((error) => {
      throw connectionFailure(error, order.connection.name)
    })
  return {
    begin: (leg) => named(departFor(leg, opened)),
    complete: (callback, leg) => named(returnFrom(callback, leg, opened)),
  }
}
