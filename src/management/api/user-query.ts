import type { UserFilter } from './user-book.ts'

/** One `field:value` or `field:"value"`, with what joins it to the next. */
const TERM = /\s*([A-Za-z_.]+):("(?:[^"\\]|\\.)*"|[^\s"()*?:\\]+)(\s+AND\s+|\s*$)/y

const LONGEST = 1_000

/** The part of Auth0's search that Usher has: fields compared exactly, joined by AND. A sentence when it is something else. */
export const userQuery = (text: string): UserFilter | string => {
  if (text.length > LONGEST) return `q may have ${LONGEST} characters`
  const terms = termsIn(text)
  if (!terms) return 'q has field:"value" joined by AND; the fields are email, user_id, identities.connection and blocked'
  const names = terms.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `q names ${twice} twice`
  return filterOf(new Map(terms))
}

type Term = readonly [string, string]

const termsIn = (text: string): readonly Term[] | undefined => {
  const pattern = new RegExp(TERM)
  const terms: Term[] = []
  while (pattern.lastIndex < text.length) {
    const [, name, value, join] = pattern.exec(text) ?? []
    if (name === undefined || value === undefined || join === undefined) return undefined
    terms.push([name, unquoted(value)])
    // A word that joins promises another term.
    if (/AND/.test(join) && pattern.lastIndex === text.length) return undefined
  }
  return terms
}

const unquoted = (value: string): string => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value)

const FIELDS = { email: 'email', user_id: 'publicId', 'identities.connection': 'connectionName' } as const

const filterOf = (terms: ReadonlyMap<string, string>): UserFilter | string => {
  const known = [...Object.keys(FIELDS), 'blocked']
  const stranger = [...terms.keys()].find((name) => !known.includes(name))
  if (stranger !== undefined) return `q cannot ask for ${stranger}`
  const blocked = terms.get('blocked')
  if (blocked !== undefined && blocked !== 'true' && blocked !== 'false') return 'blocked is true or false'
  const exact = Object.entries(FIELDS).flatMap(([name, field]) => (terms.has(name) ? [[field, terms.get(name)] as const] : []))
  return { ...Object.fromEntries(exact), ...(blocked !== undefined && { blocked: blocked === 'true' }) }
}
