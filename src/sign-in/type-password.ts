import type { PasswordConnection } from '#connections/connection.ts'
import { UsherError } from '#kernel/errors.ts'
import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import { type Going, recognized } from './recognize.ts'
import { ask, connectionsOf, type Outcome, pagePath } from './step.ts'

/** Asks for user name and password on a page of ours, and takes them to the connection. */
export const typePassword = async (connection: PasswordConnection, settings: ConnectionSettings, going: Going): Promise<Outcome> => {
  const { transaction, occasion } = going
  if (occasion.input?.kind !== 'password')
    return ask(transaction, passwordPage(settings, going, transaction.hint ?? transaction.request.username ?? ''))
  const username = occasion.visit.form.get('username')?.trim() ?? ''
  const password = occasion.visit.form.get('password') ?? ''
  if (!username || !password) return ask(transaction, passwordPage(settings, going, username, 'missing'))
  const profile = await connection.verify({ username, password, ip: occasion.visit.ip, at: occasion.visit.at }).catch((error) => {
    if (error instanceof UsherError && error.code === 'too_many_requests') return 'too_many' as const
    throw error
  })
  if (profile === 'too_many' || profile === undefined) {
    const failure = profile === undefined ? 'wrong' : profile
    await recordRefusal(settings, going)
    return ask(transaction, passwordPage(settings, going, username, failure))
  }
  return recognized(profile, settings, going)
}

const recordRefusal = (settings: ConnectionSettings, { transaction, occasion }: Going): Promise<void> =>
  occasion.parts.books.ledger.record({
    type: 'password_refused',
    at: occasion.visit.at,
    reference: transaction.request.correlation,
    connection: settings.id,
    facts: { ip: occasion.visit.ip },
  })

const STATUS = { wrong: 422, missing: 422, too_many: 429 } as const

const passwordPage = (
  settings: ConnectionSettings,
  { transaction, occasion }: Going,
  username: string,
  problem?: keyof typeof STATUS,
): Answer => ({
  kind: 'page',
  status: problem ? STATUS[problem] : 200,
  page: {
    name: 'password',
    service: occasion.relyingParty.name,
    label: settings.label,
    action: pagePath(transaction.id, '/password'),
    username,
    ...(problem && { problem }),
    ...(connectionsOf(occasion).length > 1 && { otherWays: pagePath(transaction.id, '/ways') }),
  },
})
