import type { EmailField } from '#kernel/page.ts'
import type { Opened, Routed } from '#kernel/transaction.ts'
import { domainOfAddress } from '#lib/mail-domain.ts'
import { behindAddress, route } from './home-realm.ts'
import { ask, next, type Occasion, type Outcome } from './step.ts'
import { capable, chooserPage } from './ways.ts'

const LONGEST = 320

/** Takes the address somebody typed to where the people of its domain sign in. It is a hint, and nobody is known by it. */
export const typeEmail = (transaction: Opened | Routed, occasion: Occasion): Outcome => {
  const typed = (occasion.visit.form.get('email') ?? '').trim()
  const again = (problem: NonNullable<EmailField['problem']>) =>
    ask(transaction, chooserPage(transaction, occasion, { typed: { typed: typed.slice(0, LONGEST), problem } }))
  if (!typed) return again('missing')
  if (domainOfAddress(typed) === undefined) return again('malformed')
  const { relyingParty } = occasion
  const found = behindAddress(typed, { choices: capable(transaction, occasion), relyingParty })
  const [only, another] = found
  if (!only) return again('unknown')
  const opened: Opened = { ...begun(transaction), hint: typed }
  return another ? ask(opened, chooserPage(opened, occasion, { only: found })) : next(route(opened, only, { relyingParty }))
}

/** Also from a page that was left open while the sign-in went on to a connection. */
const begun = ({ id, browser, request, expiresAt, fresh }: Opened | Routed): Opened => ({
  stage: 'opened',
  id,
  browser,
  request,
  expiresAt,
  ...(fresh && { fresh }),
})
