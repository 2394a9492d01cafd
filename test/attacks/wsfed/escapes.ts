import type { Arena } from './arena.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'" }
const unescaped = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity)

/** Without what stands in the quotes of a value, where markup is text: what broke out of them is left. */
const outsideValues = (text: string): string => text.replace(/ value='[^']*'/g, '')

/** Where an answer leads: redirects, refreshes, form actions, links and sources, as a browser would resolve them. */
export const destinationsOf = (answer: string, base: URL): readonly URL[] => {
  const text = outsideValues(answer)
  const written = [
    ...text.matchAll(/^location: *([^\r\n]*)/gim),
    ...text.matchAll(/^refresh: *\d+; *url=([^\r\n]*)/gim),
    ...text.matchAll(/<meta[^>]*http-equiv=["']?refresh["']?[^>]*url=([^"'>]*)/gi),
    ...text.matchAll(/<[a-z]+\b[^>]*? (?:action|formaction|href|src)=(?:"([^"]*)"|'([^']*)')/gi),
  ].map(([, double, single]) => unescaped(double ?? single ?? ''))
  return written.map((address) => new URL(address, base))
}

/** True when an answer carries a token. */
export const hasToken = (text: string): boolean => /wresult|saml:Assertion/.test(text)

/** What is wrong with where an answer leads; nothing when it stays where it may. */
export const escapesIn = (text: string, { house, replyUrl }: Pick<Arena, 'house' | 'replyUrl'>): readonly string[] => {
  const { login, google } = house.emulator.addresses
  const origins = [house.publicUrl.origin, new URL(login).origin, new URL(google).origin]
  const destinations = destinationsOf(text, house.publicUrl)
  const abroad = destinations
    .filter((one) => one.protocol !== 'data:' && !origins.includes(one.origin))
    .map(({ href }) => `leads to ${href}`)
  if (!hasToken(text)) return abroad
  const forms = outsideValues(text).matchAll(/<form\b[^>]*? action=(?:"([^"]*)"|'([^']*)')/gi)
  const actions = [...forms].map(([, double, single]) => unescaped(double ?? single ?? ''))
  const isPosted = actions.length === 1 && actions[0] === replyUrl
  return [...abroad, ...(isPosted ? [] : [`a token for ${JSON.stringify(actions)}`])]
}
