import type { FailureCode } from '#kernel/errors.ts'
import { allowsLinking } from '#kernel/linking.ts'
import type { EmailField } from '#kernel/page.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Opened, Routed } from '#kernel/transaction.ts'
import type { Answer } from '#kernel/visit.ts'
import { connectionsOf, type Occasion, pagePath } from './step.ts'

/** The ways to sign in that can give what was asked for. */
export const capable = (transaction: Opened | Routed, occasion: Occasion): readonly ConnectionSettings[] =>
  connectionsOf(occasion)
    .filter((one) => !transaction.request.freshness.secondFactor || one.secondFactor)
    .filter((one) => transaction.request.own?.wants !== 'claim' || allowsLinking(one))

interface Shown {
  /** About the last way, which did not work. */
  readonly notice?: FailureCode
  /** These alone; all that are capable when left out. */
  readonly only?: readonly ConnectionSettings[]
  readonly typed?: Pick<EmailField, 'typed' | 'problem'>
}

/** The ways there are to go on, as a page. */
export const chooserPage = (transaction: Opened | Routed, occasion: Occasion, { notice, only, typed }: Shown = {}): Answer => {
  const all = capable(transaction, occasion)
  const asksForEmail = only === undefined && all.some(({ homeRealms }) => homeRealms.length > 0)
  return {
    kind: 'page',
    status: typed ? 422 : 200,
    page: {
      name: 'chooser',
      service: occasion.relyingParty.name,
      choices: (only ?? all).map((one) => ({
        label: one.label,
        brand: one.brand,
        href: pagePath(transaction.id, `/connection/${encodeURIComponent(one.name)}`),
        lastUsed: occasion.visit.lastConnection === one.id,
      })),
      ...(asksForEmail && { email: { action: pagePath(transaction.id, '/email'), typed: '', ...typed } }),
      ...(only && { otherWays: pagePath(transaction.id, '/ways') }),
      ...(notice && { notice }),
    },
  }
}
