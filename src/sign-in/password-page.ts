import type { ConnectionSettings } from '#kernel/settings.ts'
import type { Answer } from '#kernel/visit.ts'
import { domainOfAddress } from '#lib/mail-domain.ts'
import { isFederated } from './home-realm.ts'
import type { Going } from './recognize.ts'
import { connectionsOf, pagePath } from './step.ts'

type PageAnswer = Extract<Answer, { kind: 'page' }>

interface Typed {
  readonly username: string
  readonly problem: keyof typeof STATUS
}

const STATUS = { wrong: 422, missing: 422, too_many: 429 } as const

/** The page that asks for user name and password; again with what was typed, where that did not do. */
export const passwordPage = (settings: ConnectionSettings, { transaction, occasion }: Going, typed?: Typed): PageAnswer => ({
  kind: 'page',
  status: typed ? STATUS[typed.problem] : 200,
  page: {
    name: 'password',
    service: occasion.relyingParty.name,
    label: settings.label,
    action: pagePath(transaction.id, '/password'),
    username: transaction.hint ?? usernameSaid(settings, { transaction, occasion }),
    ...typed,
    ...(connectionsOf(occasion).length > 1 && { otherWays: pagePath(transaction.id, '/ways') }),
  },
})

/** What the relying party calls them. A name we gave an account ourselves is what nobody types, but at the directory that knows it. */
const usernameSaid = ({ directory }: ConnectionSettings, { transaction, occasion }: Going): string => {
  const said = transaction.request.username ?? ''
  const domain = domainOfAddress(said)
  const isOurs = domain !== undefined && isFederated(domain, occasion.relyingParty)
  return isOurs && directory === undefined ? '' : said
}
